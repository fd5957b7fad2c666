//! What apps are promised.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod about;
mod announcements;
mod connections;
mod conversations;
mod cost;
mod counts;
pub(crate) mod described;
mod edge;
mod entities;
mod filters;
mod grouped;
mod hidden_servers;
mod letting_in;
mod lists;
mod media;
mod notifications;
mod oauth;
mod paging;
mod params;
mod pixelfed;
mod polls;
mod posting;
mod profile;
mod push;
mod reacting;
mod reading;
mod relations;
mod remembered;
mod renewing;
mod reports;
mod requests;
mod richness;
mod scheduling;
mod sealing;
mod search;
mod snapshots;
mod streaming;
mod surfaces;
mod table;
mod tags;
mod trends;
