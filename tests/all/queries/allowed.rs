//! What may take longer the more there is, each with its reason.

/// Part of a statement (without quotation marks), what it does (reads all of a table, or `sorts`), and why it may.
#[rustfmt::skip]
pub const ALLOWED: &[(&str, &str, &str)] = &[
    // Everything of one person, one post or one page, which is little.
    ("FROM access_token WHERE access_token.account_id", "sorts", "apps of one person"),
    ("FROM announcement_reaction", "sorts", "to the few announcements that stand"),
    ("FROM filter_keyword", "sorts", "of one person"),
    ("FROM filter_post", "sorts", "of one person"),
    ("FROM rendition WHERE rendition.photo_id IN", "sorts", "sizes of the photos of one page"),
    ("FROM session WHERE session.account_id", "sorts", "browsers of one person"),
    ("FROM thread INNER JOIN post", "sorts", "of one conversation"),
    ("COUNT(DISTINCT inbox.host)", "sorts", "deliveries of one post"),
    ("FROM delivery INNER JOIN inbox", "sorts", "deliveries of one post"),
    ("account.uri LIKE", "sorts", "followers of one person on one server"),
    ("span_end", "sorts", "groups of one page of notifications"),
    ("FROM home_entry INNER JOIN post", "sorts", "only those that came in one moment"),
    ("LOWER(name) LIKE", "sorts", "among those whom somebody follows"),
    ("GROUP BY follow.target_id", "sorts", "whom so many friends follow"),
    ("GROUP BY post_tag.tag_id ORDER BY posts DESC", "sorts", "hashtags of one person"),
    ("FROM post_tag WHERE post_tag.post_id IN", "sorts", "hashtags of so many posts"),
    ("post.published_at / 86400000", "sorts", "a week of few hashtags"),
    ("FROM emoji WHERE emoji.domain IS NULL", "sorts", "emoji of this server"),
    ("ORDER BY follow.id ASC", "sorts", "follows of one person with people of one server"),
    ("FROM mention WHERE mention.account_id", "sorts", "messages between two people"),
    // What is ranked is made of the newest posts, and kept for a while.
    ("GROUP BY post.account_id ORDER BY MAX(post.id)", "sorts", "of the newest posts"),
    ("GROUP BY post_tag.tag_id HAVING", "sorts", "of the newest posts"),
    // The index holds nothing but what is looked for.
    ("FROM delivery WHERE state = 0", "delivery", "counts what waits"),
    ("FROM job WHERE dead = 0", "job", "counts what waits"),
    ("entry_id = 0", "home_entry", "what an older version left"),
    ("FROM report WHERE closed_at IS NULL", "report", "what is open"),
    // How much there is altogether: where it is much, it is counted once in five minutes, by one at a time.
    ("COUNT(DISTINCT domain)", "account", "other servers"),
    ("SELECT DISTINCT session.account_id", "session", "who was here lately"),
    // Once an hour, in one process.
    ("FROM rendition INNER JOIN", "rendition", "how much room pictures of others take"),
    ("FROM rendition INNER JOIN", "photo", "the same"),
    ("account.pictures_seen_at", "account", "so many of those nobody looked at for longest, in the order of the index"),
];

/// Part of a statement that counts rows to begin behind them, and why that is bounded.
pub const COUNTED: &[(&str, &str)] = &[
    (
        "FROM tag WHERE tag.name_key",
        "hashtags found by how they begin: Mastodon's apps go on by a number, so far down at most",
    ),
    ("ORDER BY MAX(post.id) DESC", "who is ranked anew each time has no key; so far down at most"),
    ("ORDER BY account.id DESC", "the same"),
    ("SELECT post.id FROM post", "where the newest so many posts begin: the number stands in the source"),
];
