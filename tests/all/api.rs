//! What apps are promised.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cost;
mod edge;
mod entities;
mod hidden_servers;
mod letting_in;
mod lists;
mod oauth;
mod paging;
mod params;
mod profile;
mod reading;
mod relations;
mod reports;
mod surfaces;
mod table;
mod tags;
