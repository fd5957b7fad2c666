//! One binary, a module a promise. `support` holds the servers, people and peers they are played with.

mod activitypub;
mod api;
mod architecture;
mod backups;
mod blob;
mod browser;
mod config;
mod darkroom;
mod databases;
mod faults;
mod federation;
mod inbox;
mod memo;
mod metrics;
mod net;
mod pages;
mod photo;
mod process;
mod processes;
mod queries;
mod sqlite;
mod storage;
mod support;
mod visibility;
mod whole_days;
mod writing;
