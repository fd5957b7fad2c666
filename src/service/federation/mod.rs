//! What is said to other servers and heard from them: one file an activity, what it means coming in
//! beside what it says going out.

pub mod announce;
pub mod back_fill;
pub mod block;
pub mod carried;
pub mod deliver;
pub mod documents;
pub mod elsewhere;
pub mod emoji;
pub mod fan_out;
pub mod featured;
pub mod fetch;
pub mod find;
pub mod flag;
pub mod follow;
pub mod frozen;
pub mod gone;
pub mod holders;
pub mod hosts;
pub mod inbox;
pub mod incoming;
pub mod kept;
pub mod keys;
pub mod knock;
pub mod like;
pub mod links;
pub mod media;
pub mod moving;
pub mod note;
pub mod pages;
pub mod people;
mod pictures;
pub mod profile;
pub mod quote;
pub mod reach;
pub mod relays;
pub mod say;
pub mod signer;
pub mod still;
pub mod sync;
pub mod urls;
pub mod vote;
pub mod walk;

use crate::clock::Millis;

/// Changes to a profile within this time become one Update.
pub const PROFILE_DEBOUNCE: Millis = 5_000;
