//! What the server promises to other servers, and gets from them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod activities;
mod address;
mod between;
mod bounded;
mod cached;
mod cases;
mod delivery;
mod discovery;
mod elsewhere;
mod emoji;
mod everyone;
mod fedify;
mod homes;
mod incoming;
mod kept;
mod kept_out;
mod keys;
mod kinds;
mod knocking;
mod leaving;
mod links;
mod media;
mod messages;
mod moving;
mod odd;
mod order;
mod outgoing;
mod overtaken;
mod passed_on;
mod policies;
mod profiles;
mod quotes;
mod reach;
mod relays;
mod replayed;
mod reports;
mod requests;
mod richness;
mod sync;
mod threads;
mod trouble;
mod trust;
mod turns;
