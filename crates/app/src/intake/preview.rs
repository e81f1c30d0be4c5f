//! What a delivery would say by other settings: nothing is taken in, nobody is paged, nothing is kept.
//!
//! Invariant: it is read by what reads every delivery of its source, so that a preview can't promise what a delivery doesn't do.

use domain::delivery::Delivery;
use domain::id::{DeliveryId, SourceId};
use domain::signal::Signal;
use domain::source::{AlertSource, Mapping};

use super::meaning::by_settings;
use super::reading::received;
use super::whole;
use crate::app::App;
use crate::ctx::Ctx;
use crate::error::Error;
use crate::keeping::accept;
use crate::port::{Reading, ReceivedBody, TicketName};

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sample {
    /// A delivery that is kept.
    Kept(DeliveryId),
    /// A body that somebody wrote or copied.
    Body {
        /// The body.
        body: String,
        /// What a sender would say that it is.
        content_type: Option<String>,
    },
}

/// What it says.
#[derive(Debug, Clone, PartialEq)]
pub enum Preview {
    /// These alerts, in order; at least one.
    Alerts(Vec<Signal>),
    /// No alert; says why, for people.
    Nothing(String),
}

/// Reads a sample as a delivery to a source, with another mapping where one is given. What can't be read, and a mapping that
/// can't be used, is [`Error::Invalid`] by its field.
pub async fn preview(
    app: &App,
    ctx: &Ctx,
    id: &SourceId,
    sample: Sample,
    mapping: Option<Mapping>,
) -> Result<Preview, Error> {
    ctx.must_manage("see what came to an alert source")?;
    let found = app.store.get::<AlertSource>(&ctx.tenant, id.as_str()).await?;
    let mut source = found.ok_or_else(|| Error::not_found("alert source", id.as_str()))?.value;
    if let Some(mapping) = mapping {
        source.mapping = mapping;
        accept(app.reader.problems(&source))?;
    }
    let reading = match sample {
        Sample::Kept(delivery) => {
            let found = app.store.get::<Delivery>(&ctx.tenant, delivery.as_str()).await?;
            let kept = found.map(|found| found.value).filter(|kept| kept.source_id == source.id);
            let kept = kept.ok_or_else(|| Error::not_found("delivery", delivery.as_str()))?;
            let kept = whole(app, &ctx.tenant, kept).await?;
            if kept.is_body_gone {
                return Err(Error::invalid("delivery_id", "is of a delivery whose body is no longer kept"));
            }
            let bytes = kept.delivery.request.bytes();
            app.reader.read(&source, received(&kept.delivery, &bytes))
        }
        Sample::Body { body, content_type } => {
            let content_type = content_type.as_deref();
            app.reader.read(&source, ReceivedBody { content_type, ..ReceivedBody::bare(body.as_bytes()) })
        }
    };
    match reading {
        Ok(Reading::Alerts(signals)) => {
            let signals = by_settings(app, &ctx.tenant, &source, signals).await?;
            Ok(Preview::Alerts(signals.into_iter().map(Signal::bounded).collect()))
        }
        Ok(Reading::Nothing(why)) => Ok(Preview::Nothing(why)),
        Ok(Reading::Confirm(_)) => {
            Ok(Preview::Nothing("the sender asks whether its messages are wanted".to_owned()))
        }
        Ok(Reading::Ticket(TicketName::Id(name) | TicketName::Number(name))) => Ok(Preview::Nothing(
            format!("what ticket {name} says is asked of {}, whenever it is told of", source.source_type),
        )),
        Err(unreadable) => Err(Error::invalid(unreadable.field, unreadable.problem)),
    }
}
