//! What apps are promised.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod cost;
mod edge;
mod entities;
mod letting_in;
mod oauth;
mod paging;
mod params;
mod reading;
mod table;
