//! The database schema, one file a step, one text for SQLite and PostgreSQL. Old and new code run
//! over the same schema during a rolling restart, so a step only adds; removing comes a version later.

use sea_orm_migration::prelude::*;

mod columns;
mod m0001_accounts;
mod m0002_posts;
mod m0003_relations;
mod m0004_work;
mod m0005_queues;
mod m0006_photo_data;
mod m0008_signatures;
mod m0009_delivery;
mod m0010_looking;
mod m0011_activities;
mod m0012_richness;
mod m0013_kept_pictures;
mod m0014_oauth;
mod m0015_posting;
mod m0016_relations;
mod m0017_lists;
mod m0018_hearing;
mod m0019_push;
mod m0020_filters;
mod m0021_trends;
mod m0022_polls;
mod m0023_via;
mod m0024_refresh;
mod m0025_account_counts;
mod m0026_telling;
mod m0027_originals;
mod m0028_nodes;
mod m0029_deaths;
mod m0030_found;
mod same_order;
mod telling;

pub use same_order::{is_in_order, same_order};

/// Runs the steps that a database has not seen yet.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_posts::Migration),
            Box::new(m0003_relations::Migration),
            Box::new(m0004_work::Migration),
            Box::new(m0005_queues::Migration),
            Box::new(m0006_photo_data::Migration),
            Box::new(m0009_delivery::Migration),
            Box::new(m0010_looking::Migration),
            Box::new(m0011_activities::Migration),
            Box::new(m0008_signatures::Migration),
            Box::new(m0012_richness::Migration),
            Box::new(m0013_kept_pictures::Migration),
            Box::new(m0014_oauth::Migration),
            Box::new(m0015_posting::Migration),
            Box::new(m0016_relations::Migration),
            Box::new(m0017_lists::Migration),
            Box::new(m0018_hearing::Migration),
            Box::new(m0019_push::Migration),
            Box::new(m0020_filters::Migration),
            Box::new(m0021_trends::Migration),
            Box::new(m0022_polls::Migration),
            Box::new(m0023_via::Migration),
            Box::new(m0024_refresh::Migration),
            Box::new(m0025_account_counts::Migration),
            Box::new(m0026_telling::Migration),
            Box::new(m0027_originals::Migration),
            Box::new(m0028_nodes::Migration),
            Box::new(m0029_deaths::Migration),
            Box::new(m0030_found::Migration),
        ]
    }
}
