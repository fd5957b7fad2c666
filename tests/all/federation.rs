//! What the server promises to other servers, and gets from them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod address;
mod between;
mod cached;
mod delivery;
mod discovery;
mod everyone;
mod fedify;
mod incoming;
mod kept_out;
mod leaving;
mod media;
mod odd;
mod order;
mod outgoing;
mod overtaken;
mod reach;
mod trouble;
