//! What the program promises to whoever runs it: starting, the command line, stopping. The real
//! binary, in a folder of its own.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

pub mod binary;
mod command_line;
mod looking_after;
mod memory;
mod roles;
mod secrets;
mod several;
pub mod stage;
mod starting;
mod stopping;
pub mod tab;
