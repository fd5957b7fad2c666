//! Polls of posts as they can be shown.

use super::{Emojis, Poll, PollOption, day, iso};
use crate::activitypub::vocab::poll as wire;
use crate::clock::Millis;
use crate::entity::{poll, poll_vote};
use crate::service::polls::{self, Choosable};
use crate::service::visibility::Reader;
use crate::store::polls as rows;
use sea_orm::{ConnectionTrait, DbErr};
use std::collections::HashMap;

/// The polls of some posts, and how the reader voted in them.
#[derive(Debug, Default)]
pub struct Polls {
    rows: HashMap<i64, (poll::Model, Vec<Choosable>)>,
    votes: HashMap<i64, poll_vote::Model>,
}

impl Polls {
    /// At most two queries, however many posts.
    pub async fn load(db: &impl ConnectionTrait, reader: Reader, posts: &[i64]) -> Result<Self, DbErr> {
        let rows = rows::of_posts(db, posts).await?;
        let asking: Vec<i64> = rows.keys().copied().collect();
        let votes = match reader {
            Some(id) => rows::votes_by(db, id, &asking).await?,
            None => HashMap::new(),
        };
        let read = |(id, row): (i64, poll::Model)| (id, (polls::options(&row), row));
        let rows = rows.into_iter().map(read).map(|(id, (options, row))| (id, (row, options))).collect();
        Ok(Self { rows, votes })
    }

    /// What the options of a post's poll say.
    pub fn words(&self, post_id: i64) -> impl Iterator<Item = &str> {
        self.rows.get(&post_id).into_iter().flat_map(|(_, options)| options).map(|option| option.name.as_str())
    }

    /// The poll of a post whose author is of that server.
    pub fn of(&self, post_id: i64, domain: &str, emojis: &Emojis, now: Millis) -> Option<Poll> {
        let (row, options) = self.rows.get(&post_id)?;
        let vote = self.votes.get(&post_id);
        let chosen = vote.map(polls::choices).unwrap_or_default();
        let votes = options.iter().filter_map(|option| option.votes).sum::<i64>().min(wire::MAX_COUNT);
        // Of several choices, a share is one of the people.
        let whole = row.voters.filter(|_| row.multiple != 0).unwrap_or(votes).max(1);
        let share = |votes: i64| (votes.saturating_mul(100).saturating_add(whole / 2) / whole).min(100);
        let one = |(at, option): (usize, &Choosable)| {
            let title = wire::title(&option.name);
            PollOption {
                shown: emojis.title(domain, &title),
                title,
                votes: option.votes,
                share: option.votes.map(share),
                chosen: chosen.contains(&at),
            }
        };
        Some(Poll {
            options: options.iter().enumerate().map(one).collect(),
            multiple: row.multiple != 0,
            over: polls::is_over(row, now),
            ends_at: row.ends_at,
            ends: row.ends_at.map(iso).unwrap_or_default(),
            ends_day: row.ends_at.map(day).unwrap_or_default(),
            votes,
            voters: row.voters,
            voted: vote.is_some(),
            emojis: emojis.used(domain, self.words(post_id)),
        })
    }
}
