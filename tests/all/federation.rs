//! What the server promises to other servers, and gets from them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod address;
mod between;
mod cached;
mod delivery;
mod discovery;
mod elsewhere;
mod everyone;
mod fedify;
mod homes;
mod incoming;
mod kept_out;
mod kinds;
mod leaving;
mod media;
mod messages;
mod odd;
mod order;
mod outgoing;
mod overtaken;
mod profiles;
mod reach;
mod reports;
mod requests;
mod threads;
mod trouble;
