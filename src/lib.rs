//! Cyanotype: a photo-sharing server for the fediverse.
//!
//! Edges: [`http`], [`worker`], [`cli`]. Use cases: [`service`]. Crafts: [`activitypub`], [`photo`],
//! [`darkroom`], [`net`], [`blob`], [`store`] over [`entity`]. [`app`] holds them together. Imports point downwards.

pub mod activitypub;
pub mod app;
pub mod blob;
pub mod cli;
pub mod clock;
pub mod config;
pub mod darkroom;
pub mod entity;
pub mod fault;
pub mod http;
pub mod ids;
pub mod net;
pub mod secrets;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod worker;

pub use cyanotype_photo as photo;
