//! One binary, a module a promise. `support` holds the servers, people and peers they are played with.

mod activitypub;
mod architecture;
mod blob;
mod config;
mod federation;
mod inbox;
mod net;
mod photo;
mod process;
mod storage;
mod support;
mod visibility;
