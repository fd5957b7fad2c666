//! What apps are promised.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod announcements;
mod conversations;
mod cost;
mod edge;
mod entities;
mod grouped;
mod hidden_servers;
mod letting_in;
mod lists;
mod notifications;
mod oauth;
mod paging;
mod params;
mod profile;
mod push;
mod reading;
mod relations;
mod reports;
mod requests;
mod streaming;
mod surfaces;
mod table;
mod tags;
