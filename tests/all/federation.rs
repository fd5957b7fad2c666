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
mod fedify;
mod incoming;
mod kept_out;
mod media;
mod moving;
mod outgoing;
mod overtaken;
mod policies;
mod quotes;
mod sync;
