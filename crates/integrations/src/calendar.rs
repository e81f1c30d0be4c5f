//! x
#[cfg(test)]
mod scratch {
    use calcard::{Entry, Parser};
    use std::time::Instant;
    #[test]
    fn t() {
        for (dt, rule) in [
            ("20260101T090000","FREQ=DAILY;UNTIL=20270101T000000"),
            ("20160101T090000","FREQ=DAILY;UNTIL=20270101T000000"),
            ("20160101T090000","FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20270101T000000"),
            ("20160101T090000","FREQ=MONTHLY;BYDAY=1MO;UNTIL=20270101T000000"),
            ("20160101T090000","FREQ=HOURLY;UNTIL=20270101T000000"),
            ("20260101T090000","FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;INTERVAL=7"),
            ("20260101T090000","FREQ=WEEKLY;BYMONTH=2;BYSETPOS=50;BYDAY=MO"),
            ("20260101T090000","FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6"),
            ("20260101T090000","FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=SECONDLY;BYHOUR=1;INTERVAL=60;BYSECOND=7"),
            ("20260101T090000","FREQ=HOURLY;INTERVAL=24;BYHOUR=8"),
            ("20260101T090000","FREQ=MINUTELY;INTERVAL=1440;BYHOUR=8"),
            ("20260101T090000","FREQ=SECONDLY;INTERVAL=43200;BYHOUR=8"),
            ("20260101T090000","FREQ=SECONDLY;BYSECOND=1;BYMINUTE=1;BYHOUR=1;BYMONTH=2;BYMONTHDAY=30"),
            ("20260101T090000","FREQ=SECONDLY"),
        ] {
            let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:{dt}\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
            let Entry::ICalendar(cal) = Parser::new(&text).entry() else { panic!() };
            let s = Instant::now();
            let e = cal.expand_dates(calcard::common::timezone::Tz::Floating, 100_000);
            println!("{rule}: {} {:?} {:?} last {:?}", e.events.len(), e.errors, s.elapsed(), e.events.last().map(|e| e.start));
        }
    }
}
