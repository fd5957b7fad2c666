//! One sea-orm entity a table; queries live in `store`.

pub mod account;
pub mod activity;
pub mod actor_key;
pub mod attempt;
pub mod block;
pub mod boost;
pub mod domain_block;
pub mod draft;
pub mod follow;
pub mod home_entry;
pub mod job;
pub mod login;
pub mod marker;
pub mod mention;
pub mod notification;
pub mod one_time_link;
pub mod photo;
pub mod post;
pub mod post_like;
pub mod post_tag;
pub mod relay;
pub mod rendition;
pub mod session;
pub mod setting;
pub mod signature_form;
pub mod tag;
