//! Stories: one night each, told four ways (as it is, with every tick doubled, with two processes on one
//! store, with two on Cosmos DB).

mod alert_sources;
mod alerts;
mod console_schedules;
mod console_sources;
mod covering;
mod deliveries;
mod escalating;
mod explaining;
mod falling_behind;
mod feeds;
mod grouping;
mod handing_over;
mod mailing;
mod maintenance_windows;
mod pagerduty;
mod people;
mod psas;
mod quiet_times;
mod refusing;
mod scanning;
mod scheduling;
mod senders;
mod services;
mod settings;
mod stack;
mod teams;
mod ticketing;
mod time_off;

/// Makes four tests of each story.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        $(mod $story {
            use acceptance::world::{Manner, World};

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn plainly() {
                super::$story(World::open(Manner::Plain).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_every_tick_twice() {
                super::$story(World::open(Manner::TickedTwice).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_two_processes() {
                super::$story(World::open(Manner::TwoInstances).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_two_processes_on_cosmos() {
                super::$story(World::open(Manner::OnCosmos).await).await;
            }
        })+
    };
}

use stories;
