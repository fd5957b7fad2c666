//! What the server promises to other servers, and gets from them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod address;
mod between;
mod cached;
mod delivery;
mod discovery;
mod fedify;
mod incoming;
mod kept_out;
mod keys;
mod knocking;
mod media;
mod outgoing;
mod overtaken;
mod passed_on;
mod relays;
mod trust;
