//! Who is told of what a scan found, and in which words.
//!
//! Invariants: whoever manages the tenant is told of everything, a member of the team that owns a schedule of what is wrong with
//! that schedule, and nobody gets two messages; what is told and to whom names the message, so that two scans which see the
//! same at once tell it once.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Finding, News, Question};
use crate::notice::Telling;
use crate::user::User;
use crate::when;

/// How many findings a message lists; the page lists all.
const LISTED: usize = 20;

/// The page that lists all of it.
const PAGE: &str = "/app/coverage-gaps";

/// For how long a message is of use: by then another scan has looked.
const LASTS: TimeDelta = TimeDelta::hours(48);

/// Everybody who is told of `news`, which scan `scan` brought, by id: whoever manages first.
pub fn tellings<'a>(
    news: &[News],
    scan: u64,
    question: &Question<'a>,
    now: DateTime<Utc>,
) -> Vec<(&'a User, Telling)> {
    let mut told: Vec<&User> = question.users.values().filter(|user| !user.disabled).collect();
    told.sort_unstable_by_key(|user| (!user.role.can_manage(), &user.id));
    let mut tellings = Vec::new();
    for user in told {
        let theirs: Vec<&News> = news.iter().filter(|news| concerns(&news.finding, user, question)).collect();
        if !theirs.is_empty() {
            tellings.push((user, telling(&theirs, scan, now)));
        }
    }
    tellings
}

fn concerns(finding: &Finding, user: &User, question: &Question<'_>) -> bool {
    let owner = finding.owner.as_ref().and_then(|team| question.teams.get(team));
    user.role.can_manage() || owner.is_some_and(|team| team.members.contains(&user.id))
}

fn telling(news: &[&News], scan: u64, now: DateTime<Utc>) -> Telling {
    let mut about = vec!["coverage".to_owned(), scan.to_string()];
    about.extend(news.iter().map(|news| format!("{} {}", news.finding.id, news.soon)));
    Telling {
        about,
        subject: subject(news, now),
        text: text(news, now),
        link: Some(PAGE.to_owned()),
        lasts: LASTS,
    }
}

fn subject(news: &[&News], now: DateTime<Utc>) -> String {
    if let [only] = news {
        let finding = &only.finding;
        let summary = finding.matter.summary();
        if finding.starts <= now {
            return format!("{summary} now");
        }
        return format!("{summary} from {}", when::instant(finding.starts, finding.zone));
    }
    let soon = news.iter().filter(|news| news.soon).count();
    match soon {
        0 => format!("On-call coverage: {} new problems", news.len()),
        _ => format!("On-call coverage: {} problems, {soon} within 48 hours", news.len()),
    }
}

fn text(news: &[&News], now: DateTime<Utc>) -> String {
    let mut text = String::new();
    let mut left = LISTED;
    for (head, soon) in [("Now or within 48 hours:", true), ("New, later:", false)] {
        let part: Vec<_> = news.iter().filter(|news| news.soon == soon).take(left).collect();
        left -= part.len();
        if part.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{head}\n");
        for News { finding, .. } in part {
            let when = when::span(finding.span(), now, finding.zone);
            let (summary, remedy) = (finding.matter.summary(), finding.matter.remedy());
            let _ = writeln!(text, "- {summary},\n  {when}.\n  {remedy}\n");
        }
    }
    let more = news.len().saturating_sub(LISTED);
    if more > 0 {
        let _ = writeln!(text, "And {more} more.\n");
    }
    text.push_str("The whole list, and a button to fill a gap:");
    text
}
