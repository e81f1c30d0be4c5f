//! The feed that calendar programs subscribe to.
//!
//! Invariant: equal feeds are equal bytes, in whatever order their events were handed over; the feed is served with an
//! `ETag` over them.

use calcard::common::{CalendarScale, PartialDateTime};
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarDuration, ICalendarEntry,
    ICalendarMethod, ICalendarParameter, ICalendarParameterName, ICalendarParameterValue, ICalendarProperty,
    ICalendarStatus, ICalendarTransparency, ICalendarValueType, Uri,
};
use chrono::{DateTime, Utc};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

const PRODUCT: &str = "-//The One//On-Call//EN";

/// How often a subscriber should ask again; some do.
const REFRESH: ICalendarDuration =
    ICalendarDuration { neg: false, weeks: 0, days: 0, hours: 1, minutes: 0, seconds: 0 };

/// Characters that an address need not contain, and that calcard would write into one with a backslash before them.
const NOT_IN_ADDRESSES: &AsciiSet = &CONTROLS.add(b' ').add(b',').add(b';').add(b'\\');

/// A calendar to subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// What programs show as the calendar's name.
    pub name: String,
    /// The IANA time zone that programs may show it in; all times in it are UTC.
    pub zone: &'static str,
    /// The page of what is in it.
    pub url: Option<String>,
    /// In any order.
    pub events: Vec<FeedEvent>,
}

/// One event of a feed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedEvent {
    /// The first instant; to the second.
    pub starts: DateTime<Utc>,
    /// The first instant after it; to the second.
    pub ends: DateTime<Utc>,
    /// What makes it the same event at the next reading, also when it was moved; nobody else's in the world.
    pub uid: String,
    /// When it was last changed.
    pub stamp: DateTime<Utc>,
    /// One line.
    pub summary: String,
    /// Several lines, or none.
    pub description: String,
    /// Its page.
    pub url: Option<String>,
}

/// The feed as a file: `text/calendar; charset=utf-8`.
///
/// Control characters in texts are left out, and every line break is one.
pub fn write(feed: &Feed) -> String {
    let mut events: Vec<&FeedEvent> = feed.events.iter().collect();
    events.sort();
    let mut components = vec![header(feed)];
    for (event, id) in events.into_iter().zip(1..) {
        components[0].component_ids.push(id);
        components.push(component(event));
    }
    ICalendar { components }.to_string()
}

fn header(feed: &Feed) -> ICalendarComponent {
    let mut header = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    header.add_property(ICalendarProperty::Version, "2.0");
    header.add_property(ICalendarProperty::Prodid, PRODUCT);
    header.add_property(ICalendarProperty::Calscale, CalendarScale::Gregorian);
    header.add_property(ICalendarProperty::Method, ICalendarMethod::Publish);
    header.add_property(ICalendarProperty::Name, clean(&feed.name));
    header.add_property(other("X-WR-CALNAME"), clean(&feed.name));
    header.add_property(other("X-WR-TIMEZONE"), feed.zone);
    if let Some(url) = &feed.url {
        header.add_property(ICalendarProperty::Url, address(url));
    }
    let is_duration = ICalendarParameter {
        name: ICalendarParameterName::Value,
        value: ICalendarParameterValue::Value(ICalendarValueType::Duration),
    };
    let refresh = ICalendarEntry::new(ICalendarProperty::RefreshInterval).with_param(is_duration);
    header.entries.push(refresh.with_value(REFRESH));
    header.add_property(other("X-PUBLISHED-TTL"), REFRESH.to_string());
    header
}

fn component(event: &FeedEvent) -> ICalendarComponent {
    let mut component = ICalendarComponent::new(ICalendarComponentType::VEvent);
    component.add_property(ICalendarProperty::Uid, clean(&event.uid));
    component.add_property(ICalendarProperty::Dtstamp, utc(event.stamp));
    component.add_property(ICalendarProperty::Dtstart, utc(event.starts));
    component.add_property(ICalendarProperty::Dtend, utc(event.ends));
    component.add_property(ICalendarProperty::Summary, clean(&event.summary));
    if !event.description.is_empty() {
        component.add_property(ICalendarProperty::Description, clean(&event.description));
    }
    if let Some(url) = &event.url {
        component.add_property(ICalendarProperty::Url, address(url));
    }
    component.add_property(ICalendarProperty::Status, ICalendarStatus::Confirmed);
    // Whoever has a shift can still be invited to a meeting.
    component.add_property(ICalendarProperty::Transp, ICalendarTransparency::Transparent);
    component.add_property(other("X-MICROSOFT-CDO-BUSYSTATUS"), "FREE");
    component.add_property(ICalendarProperty::Categories, "On-Call");
    component
}

fn other(name: &str) -> ICalendarProperty {
    ICalendarProperty::Other(name.to_owned())
}

fn utc(at: DateTime<Utc>) -> PartialDateTime {
    PartialDateTime::from_utc_timestamp(at.timestamp())
}

fn address(url: &str) -> Uri {
    Uri::Location(utf8_percent_encode(url, NOT_IN_ADDRESSES).to_string())
}

fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|&character| matches!(character, '\n' | '\t') || !character.is_control()).collect()
}
