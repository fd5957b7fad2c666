//! What apps are promised.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod announcements;
mod clients;
mod connections;
mod conversations;
mod cost;
mod edge;
mod entities;
mod grouped;
mod hidden_servers;
mod letting_in;
mod lists;
mod media;
mod notifications;
mod oauth;
mod paging;
mod params;
mod posting;
mod profile;
mod push;
mod reacting;
mod reading;
mod relations;
mod reports;
mod requests;
mod richness;
mod scheduling;
mod streaming;
mod surfaces;
mod table;
mod tags;
