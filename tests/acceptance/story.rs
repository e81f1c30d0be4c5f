//! Stories: one night each, told three ways (as it is, with every tick doubled, with two processes on one store).

mod alerts;
mod console_schedules;
mod covering;
mod escalating;
mod explaining;
mod feeds;
mod handing_over;
mod mailing;
mod people;
mod refusing;
mod scanning;
mod scheduling;
mod settings;
mod stack;
mod teams;
mod ticketing;
mod time_off;

/// Makes three tests of each story.
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
        })+
    };
}

use stories;
