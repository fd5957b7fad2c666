//! No question grows with what the server holds: every statement that requests and what follows from them ask finds
//! its rows by an index, on both databases, with very many rows in them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod allowed;
mod many;
mod plans;
mod tour;

use crate::support::statements::Asked;
use allowed::{ALLOWED, COUNTED};
use plans::{Planner, Slow};
use sea_orm::Database;
use tokio::sync::OnceCell;

/// Statements, and what of each takes longer the more there is.
type Explained = Vec<(Asked, Vec<Slow>)>;

async fn explained() -> &'static Explained {
    static EXPLAINED: OnceCell<Explained> = OnceCell::const_new();
    EXPLAINED.get_or_init(|| Box::pin(explain())).await
}

async fn explain() -> Explained {
    let asked = tour::statements().await;
    let server = tour::filled().await;
    let address = server.data.address();
    let tables = many::tables(&Box::pin(Database::connect(&address)).await.unwrap()).await;
    let mut planner = Planner::at(&address).await;
    let mut explained = Explained::new();
    for asked in asked.into_iter().filter(|asked| finds(&asked.sql)) {
        let slow = planner.slow(&asked, &tables).await;
        explained.push((asked, slow));
    }
    explained
}

/// It looks for rows. What only puts some in has nothing to find.
fn finds(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default().to_uppercase();
    let of_ours = !["pg_", "sqlite_", "temp."].iter().any(|part| sql.contains(part));
    match first.as_str() {
        "SELECT" | "WITH" | "UPDATE" | "DELETE" => of_ours,
        "INSERT" => of_ours && sql.contains("SELECT"),
        _ => false,
    }
}

/// The exception for this, if there is one.
fn exception(asked: &Asked, slow: &Slow) -> Option<usize> {
    let (sql, what) = (
        asked.sql.replace('"', ""),
        match slow {
            Slow::Reads { table, .. } => table.as_str(),
            Slow::Sorts(_) => "sorts",
        },
    );
    ALLOWED.iter().position(|(part, does, _)| *does == what && sql.contains(part))
}

fn is_small(slow: &Slow) -> bool {
    matches!(slow, Slow::Reads { table, .. } if many::SMALL.contains(&table.as_str()))
}

#[tokio::test]
async fn every_statement_finds_its_rows_by_an_index() {
    let explained = explained().await;
    assert!(explained.len() > 300, "only {} statements were asked", explained.len());
    let mut found = Vec::new();
    for (asked, slow) in explained {
        let slow = slow.iter().filter(|slow| !is_small(slow) && exception(asked, slow).is_none());
        found.extend(slow.map(|slow| format!("{slow}: {}", asked.sql)));
    }
    assert!(found.is_empty(), "{} of {}: {found:#?}", found.len(), explained.len());
}

#[tokio::test]
async fn lists_go_on_by_a_key_and_not_by_counting_rows() {
    let statements = explained().await.iter().map(|(asked, _)| asked.sql.replace('"', ""));
    let counting: Vec<String> = statements.filter(|sql| sql.contains("OFFSET")).collect();
    let known = |sql: &String| COUNTED.iter().any(|(part, _)| sql.contains(part));
    let new: Vec<&String> = counting.iter().filter(|sql| !known(sql)).collect();
    assert!(!counting.is_empty() && new.is_empty(), "{new:#?}");
}
