//! Wherever copying, a backup or restoring dies, what it was to make is not there, and it can be run again.

use super::{Nowhere, number, opened, sums};
use crate::process::binary::{Done, Folder};
use crate::support::postgres;
use std::process::Stdio;
use tempfile::TempDir;

/// A data folder with an account in it, which nobody uses.
fn community() -> Folder {
    let folder = Folder::new();
    let arguments = ["admin", "create-account", "ada", "--email", "ada@example.org", "--role", "owner"];
    assert!(folder.run(&arguments, "whatever happens, happens").success);
    folder
}

/// Runs a command that is to die at its n-th fault point; where it died, or nothing if it lived.
fn dies(folder: &Folder, arguments: &[&str], point: usize) -> Option<String> {
    let mut command = folder.command(arguments);
    command.env("CYANOTYPE_FAULT", point.to_string()).stdin(Stdio::null());
    let done = Done::from(command.output().unwrap());
    let died = done.err.lines().find_map(|line| line.strip_prefix("fault point reached: "));
    assert_eq!(died.is_some(), !done.success, "it dies there, or does what it is to do: {done:?}");
    died.map(str::to_owned)
}

/// Points at which a copy is tried, of all that there are: it passes one after each table.
fn points(tables: usize) -> [usize; 4] {
    [1, tables / 2, tables, tables + 1]
}

#[tokio::test]
async fn a_copy_that_dies_on_the_way_is_not_there_and_can_be_made_again() {
    let folder = community();
    let before = sums(&folder.database()).await;
    for to in [Nowhere::sqlite(), Nowhere::postgres()] {
        let arguments = ["db", "copy", &folder.database(), &to.address()];
        for point in points(before.len()) {
            let died = dies(&folder, &arguments, point).expect("it passes the point");
            assert_eq!(died == "before a copy is kept", point > before.len());
            if to.database.is_some() {
                let db = opened(&to.address()).await;
                assert_eq!(number(&db, "SELECT count(*) FROM account").await, 0, "{died} {point}");
                db.close().await.unwrap();
            } else {
                assert_eq!(to.files(), ["elsewhere.sqlite.unfinished"], "{died} {point}");
            }
        }
        // Dead only when all was done, it is there and whole.
        assert_eq!(dies(&folder, &arguments, before.len() + 2).unwrap(), "after a copy is kept");
        assert_eq!(sums(&to.address()).await, before);
        if to.database.is_none() {
            assert_eq!(to.files(), ["elsewhere.sqlite"]);
        }
    }
    assert_eq!(sums(&folder.database()).await, before, "nothing changed where it was");
}

#[tokio::test]
async fn a_backup_that_dies_on_the_way_has_not_its_name_and_the_next_one_is_made() {
    let folder = community();
    let place = TempDir::new().unwrap();
    let backup = place.path().join("backup");
    let arguments = ["backup", backup.to_str().unwrap(), "--media"];
    let mut point = 1;
    while let Some(died) = dies(&folder, &arguments, point) {
        if died == "after a backup has its name" {
            break;
        }
        assert!(!backup.exists(), "{died}");
        point += 17;
        if point > 300 {
            break;
        }
    }
    if !backup.exists() {
        let made = folder.run(&arguments, "");
        assert!(made.success, "{made:?}");
    }
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1, "what was left over is gone");
    let file = format!("sqlite://{}", backup.join("database.sqlite").display());
    let accounts = sums(&file).await.into_iter().find(|sum| sum.table == "account").unwrap();
    assert_eq!(accounts.rows, 1);
}

#[tokio::test]
async fn restoring_that_dies_on_the_way_leaves_no_half_community_and_can_be_done_again() {
    let folder = community();
    let place = TempDir::new().unwrap();
    let backup = place.path().join("backup");
    assert!(folder.run(&["backup", backup.to_str().unwrap()], "").success);
    let tables = sums(&format!("sqlite://{}", backup.join("database.sqlite").display())).await.len();
    for database in [None, Some(postgres::Database::empty())] {
        let mut new = Folder::new();
        if let Some(database) = &database {
            new = new.with("CYANOTYPE_DATABASE", &database.address());
        }
        let address = database.as_ref().map_or_else(|| new.database(), postgres::Database::address);
        let arguments = ["restore", backup.to_str().unwrap()];
        // After a table, after the secret, before all of it is kept.
        for point in [tables / 2, tables + 1, tables + 2] {
            assert!(dies(&new, &arguments, point).is_some(), "{point}");
            if address.starts_with("sqlite") {
                assert!(!new.path("data/cyanotype.sqlite").exists(), "{point}");
            } else {
                let db = opened(&address).await;
                let there = "SELECT count(*) FROM pg_class WHERE relname = 'account'";
                if number(&db, there).await > 0 {
                    assert_eq!(number(&db, "SELECT count(*) FROM account").await, 0, "{point}");
                }
                db.close().await.unwrap();
            }
        }
        let done = new.run(&arguments, "");
        assert!(done.success && done.out.contains("Restored"), "{done:?}");
        new.start().stop();
    }
}
