//! What is logged, and how; and what is measured.

pub mod metrics;

use crate::config::Settings;
use tracing_subscriber::EnvFilter;

/// Starts logging to standard error, as the settings say. A second call changes nothing.
pub fn start(settings: &Settings) {
    let quiet = "sqlx=warn,sea_orm=warn,sea_orm_migration=warn,hyper=warn,h2=warn,rustls=warn,aws=warn";
    let filter = EnvFilter::try_new(format!("{quiet},{}", settings.log)).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = if settings.log_json { builder.json().try_init() } else { builder.try_init() };
    if let Err(error) = started {
        tracing::debug!(%error, "logging runs already");
    }
}
