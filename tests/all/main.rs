//! One binary, a module a promise. `support` holds the servers, people and peers they are played with.

mod activitypub;
mod blob;
mod federation;
mod inbox;
mod net;
mod photo;
mod support;
mod visibility;
