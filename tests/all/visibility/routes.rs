//! Every route of the server, and how it stands to who may see a post. A route without a row fails.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a route has to do with posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A page about one post: there for those who may see it, else as if there were nothing.
    Page,
    /// A page about one post for its author alone.
    Own,
    /// A document about one post, for other servers: the same as [`Row::Page`], by signature.
    Document,
    /// A document that names one post and is given at most to those who may see it.
    Told,
    /// Something done with one post: nothing for those who may not see it.
    Deed,
    /// The same for its author alone.
    OwnDeed,
    /// A list that holds exactly what [`super::matrix`] says.
    List(List),
    /// A list of documents that holds exactly what everybody may see, and nothing for the blocked.
    Outbox,
    /// A page that shows at most what its viewer may see.
    AtMost,
    /// Shows no post of anybody to anybody, asked with everything it takes.
    Bare,
    /// Bytes behind a name nobody can guess: whoever was told the name may have them, because other
    /// servers fetch without signing. What stands in no answer cannot be found.
    Capability,
    /// Takes something that is no post; who may is shown by the tests named here.
    Other(&'static str),
}

/// Which posts a page lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Public ones with photos.
    Explore,
    /// The same of every server.
    Tag,
    /// Home for whoever is signed in, else the same as explore.
    Front,
    /// What the viewer may see of one person.
    Profile,
    /// What the viewer was told.
    Notifications,
    /// A post by its address.
    Search,
    /// Public ones of every server, in an app.
    Wall,
}

/// Method and path, as the source has them.
pub const ROWS: &[(&str, Row)] = &[
    ("GET /", Row::List(List::Front)),
    ("GET /explore", Row::List(List::Explore)),
    ("GET /tags/{tag}", Row::List(List::Tag)),
    ("GET /@{acct}", Row::List(List::Profile)),
    ("GET /notifications", Row::List(List::Notifications)),
    ("GET /search", Row::List(List::Search)),
    ("GET /@{acct}/{post}", Row::Page),
    ("GET /@{acct}/{post}/elsewhere", Row::AtMost),
    ("GET /@{acct}/report", Row::AtMost),
    ("GET /messages", Row::AtMost),
    ("GET /messages/{conversation}", Row::AtMost),
    ("GET /@{acct}/{post}/deliveries", Row::Own),
    ("GET /@{acct}/{post}/edit", Row::Own),
    ("GET /@{acct}/{post}/delete", Row::Own),
    ("GET /@{acct}/{post}/files", Row::Own),
    ("GET /@{acct}/{post}/files/{photo}", Row::Own),
    ("POST /@{acct}/{post}/like", Row::Deed),
    ("POST /@{acct}/{post}/unlike", Row::Deed),
    ("POST /@{acct}/{post}/boost", Row::Deed),
    ("POST /@{acct}/{post}/unboost", Row::Deed),
    ("POST /@{acct}/{post}/vote", Row::Deed),
    ("POST /@{acct}/{post}/reply", Row::Deed),
    ("POST /@{acct}/{post}/edit", Row::OwnDeed),
    ("POST /@{acct}/{post}/delete", Row::OwnDeed),
    ("POST /@{acct}/{post}/pin", Row::OwnDeed),
    ("POST /@{acct}/{post}/unpin", Row::OwnDeed),
    ("POST /@{acct}/{post}/quotes/{quote}/revoke", Row::OwnDeed),
    ("GET /ap/posts/{id}", Row::Document),
    ("GET /ap/posts/{id}/activity", Row::Document),
    ("GET /ap/posts/{id}/replies", Row::Document),
    ("GET /ap/posts/{id}/likes", Row::Document),
    ("GET /ap/posts/{id}/shares", Row::Document),
    ("GET /ap/activities/{id}", Row::Told),
    ("GET /ap/users/{id}/stamps/{stamp}", Row::Told),
    ("GET /ap/users/{id}/outbox", Row::Outbox),
    ("GET /ap/users/{id}/collections/featured", Row::Outbox),
    ("GET /ap/users/{id}", Row::Bare),
    ("GET /ap/users/{id}/followers", Row::Bare),
    ("GET /ap/users/{id}/followers/sync", Row::Bare),
    ("GET /ap/users/{id}/following", Row::Bare),
    ("GET /ap/users/{id}/collections/tags", Row::Bare),
    ("GET /actor", Row::Bare),
    ("GET /ap/emoji/{id}", Row::Bare),
    ("GET /actor/outbox", Row::Bare),
    ("GET /.well-known/webfinger", Row::Bare),
    ("GET /.well-known/host-meta", Row::Bare),
    ("GET /.well-known/host-meta.json", Row::Bare),
    ("GET /.well-known/nodeinfo", Row::Bare),
    ("GET /nodeinfo/{version}", Row::Bare),
    ("GET /@{acct}/followers", Row::Bare),
    ("GET /@{acct}/following", Row::Bare),
    ("GET /@{acct}/block", Row::Bare),
    ("GET /@{acct}/elsewhere", Row::Bare),
    ("GET /@{acct}/mute", Row::Bare),
    ("GET /authorize_interaction", Row::Bare),
    ("GET /follow-requests", Row::Bare),
    ("GET /reports", Row::Bare),
    ("GET /settings/delete", Row::Bare),
    ("GET /about", Row::Bare),
    ("GET /sign-in", Row::Bare),
    ("GET /join", Row::Bare),
    ("GET /welcome/{link}", Row::Bare),
    ("GET /reset/{link}", Row::Bare),
    ("GET /settings", Row::Bare),
    ("GET /oauth/authorize", Row::Bare),
    ("GET /oauth/authorize/", Row::Bare),
    ("GET /oauth/authorize/native", Row::Bare),
    ("GET /settings/reach", Row::Bare),
    ("GET /compose", Row::Bare),
    ("GET /compose/{draft}", Row::Bare),
    ("GET /static/{*path}", Row::Bare),
    ("GET /favicon.ico", Row::Bare),
    ("GET /healthz", Row::Bare),
    ("GET /readyz", Row::Bare),
    ("GET /metrics", Row::Bare),
    ("GET /media/{file}", Row::Capability),
    ("GET /settings/originals.tar", Row::Other("all_originals_come_in_one_archive")),
    ("POST /actor/inbox", Row::Other("r001_an_unsigned_delivery_changes_nothing")),
    ("POST /ap/inbox", Row::Other("r001_an_unsigned_delivery_changes_nothing")),
    ("POST /ap/users/{id}/inbox", Row::Other("r001_an_unsigned_delivery_changes_nothing")),
    ("POST /compose/{draft}", Row::Other("r076_somebody_elses_draft_does_not_exist")),
    ("POST /compose/{draft}/photos", Row::Other("r076_a_script_cannot_upload_into_somebody_elses_draft")),
    ("POST /compose/{draft}/photos/{photo}/remove", Row::Other("r076_somebody_elses_draft_does_not_exist")),
    ("POST /@{acct}/follow", Row::Other("r037_a_block_ends_the_follow_and_keeps_both_from_each_other")),
    ("POST /@{acct}/unfollow", Row::Other("after_an_unfollow_a_followers_only_post_is_closed")),
    ("POST /@{acct}/accept", Row::Other("r036_a_locked_person_is_followed_by_nobody_she_did_not_let_in")),
    ("POST /@{acct}/reject", Row::Other("r036_a_locked_person_is_followed_by_nobody_she_did_not_let_in")),
    ("POST /@{acct}/block", Row::Other("r037_a_block_ends_the_follow_and_keeps_both_from_each_other")),
    ("POST /@{acct}/unblock", Row::Other("r037_a_block_ends_the_follow_and_keeps_both_from_each_other")),
    ("POST /@{acct}/elsewhere", Row::Other("a_visitor_is_shown_the_way_her_server_names")),
    ("POST /@{acct}/{post}/elsewhere", Row::Other("r033_the_way_to_a_post_one_may_not_see_is_not_there")),
    ("POST /@{acct}/mute", Row::Other("whoever_is_muted_is_not_seen_until_the_time_is_over")),
    ("POST /@{acct}/unmute", Row::Other("a_mute_is_taken_back_and_listed_meanwhile")),
    ("POST /@{acct}/older", Row::Other("older_posts_are_fetched_when_somebody_asks_for_more")),
    ("POST /@{acct}/remove-follower", Row::Other("a_follower_is_removed_and_her_server_knows")),
    ("POST /@{acct}/report", Row::Other("a_post_is_reported_to_the_owner_and_to_its_server_without_a_name")),
    ("POST /messages", Row::Other("a_message_reaches_its_reader_and_is_answered")),
    ("POST /messages/{conversation}/dismiss", Row::Other("a_conversation_is_taken_out_of_ones_own_list_only")),
    ("POST /reports/{report}/close", Row::Other("r101_only_the_owner_sees_and_closes_reports")),
    ("POST /settings/delete", Row::Other("an_account_is_not_deleted_by_mistake")),
    ("POST /settings/language", Row::Other("what_somebody_writes_is_in_her_language_and_other_servers_are_told")),
    ("POST /settings/home", Row::Other("words_without_a_picture_come_home_unless_one_wants_pictures_only")),
    ("POST /sign-in", Row::Other("r082_every_form_sent_from_another_site_is_refused_and_does_nothing")),
    ("POST /sign-out", Row::Other("r080_a_session_is_useless_after_signing_out")),
    ("POST /join", Row::Other("r103_nobody_becomes_owner_by_filling_in_more_than_the_form_asks")),
    ("POST /welcome/{link}", Row::Other("r103_nobody_becomes_owner_by_filling_in_more_than_the_form_asks")),
    ("POST /reset/{link}", Row::Other("r088_of_ten_who_use_a_reset_link_at_once_one_succeeds")),
    ("POST /settings/profile", Row::Other("r103_a_profile_form_changes_its_senders_profile_only")),
    ("POST /settings/photos", Row::Other("r082_every_form_sent_from_another_site_is_refused_and_does_nothing")),
    ("POST /settings/reach", Row::Other("what_is_chosen_for_other_servers_stands_in_the_actor_document")),
    ("POST /settings/move", Row::Other("nobody_moves_without_her_password_or_to_an_account_that_does_not_name_her")),
    ("POST /settings/stay", Row::Other("whoever_moved_can_stay_after_all_but_moves_again_only_later")),
    ("POST /settings/password", Row::Other("r092_wrong_current_passwords_in_the_settings_are_stopped")),
    ("POST /settings/sessions/{id}/end", Row::Other("r080_a_session_is_useless_after_signing_out")),
    ("POST /oauth/authorize", Row::Other("nobody_is_sent_where_the_app_did_not_register")),
    ("POST /oauth/authorize/", Row::Other("nobody_is_sent_where_the_app_did_not_register")),
    ("POST /settings/apps/{id}/end", Row::Other("apps_are_listed_in_the_settings_and_can_be_thrown_out")),
    ("GET /api/v1/instance", Row::Bare),
    ("GET /api/v2/instance", Row::Bare),
    ("GET /api/v1/custom_emojis", Row::Bare),
    ("GET /api/v1/apps/verify_credentials", Row::Bare),
    ("GET /api/v1/accounts/verify_credentials", Row::Bare),
    ("GET /api/v1/accounts/lookup", Row::Bare),
    ("GET /api/v1/accounts/relationships", Row::Bare),
    ("GET /api/v1/accounts/{id}", Row::Bare),
    ("GET /api/v1/accounts/{id}/statuses", Row::List(List::Profile)),
    ("GET /api/v1/accounts/{id}/followers", Row::Bare),
    ("GET /api/v1/accounts/{id}/following", Row::Bare),
    ("GET /api/v1/statuses/{id}", Row::Page),
    ("GET /api/v1/statuses/{id}/context", Row::Page),
    ("GET /api/v1/statuses", Row::Other("posts_are_asked_for_by_their_ids_and_hidden_ones_are_left_out")),
    ("GET /api/v1/statuses/{id}/source", Row::Own),
    ("GET /api/v1/statuses/{id}/history", Row::Page),
    ("GET /api/v1/polls/{id}", Row::Other("who_may_not_see_a_post_sees_no_poll_of_it_and_has_no_vote")),
    ("POST /api/v1/polls/{id}/votes", Row::Deed),
    ("GET /api/v1/statuses/{id}/favourited_by", Row::Page),
    ("GET /api/v1/statuses/{id}/reblogged_by", Row::Page),
    ("GET /api/v1/bookmarks", Row::AtMost),
    ("GET /api/v1/favourites", Row::AtMost),
    ("GET /api/v1/media/{id}", Row::Bare),
    ("GET /api/v1/scheduled_statuses", Row::Bare),
    ("GET /api/v1/scheduled_statuses/{id}", Row::Bare),
    ("PUT /api/v1/statuses/{id}", Row::OwnDeed),
    ("DELETE /api/v1/statuses/{id}", Row::OwnDeed),
    ("POST /api/v1/statuses/{id}/favourite", Row::Deed),
    ("POST /api/v1/statuses/{id}/unfavourite", Row::Deed),
    ("POST /api/v1/statuses/{id}/reblog", Row::Deed),
    ("POST /api/v1/statuses/{id}/unreblog", Row::Deed),
    ("POST /api/v1/statuses/{id}/bookmark", Row::Deed),
    ("POST /api/v1/statuses/{id}/unbookmark", Row::Deed),
    ("POST /api/v1/statuses/{id}/pin", Row::OwnDeed),
    ("POST /api/v1/statuses/{id}/unpin", Row::OwnDeed),
    ("POST /api/v1/statuses/{id}/mute", Row::Deed),
    ("POST /api/v1/statuses/{id}/unmute", Row::Deed),
    ("POST /api/v1/statuses", Row::Other("r032_nobody_answers_with_an_app_what_she_may_not_see")),
    ("POST /api/v1/media", Row::Other("a_photo_is_sent_described_and_posted")),
    ("POST /api/v2/media", Row::Other("a_photo_is_sent_described_and_posted")),
    ("PUT /api/v1/media/{id}", Row::Other("r076_somebody_elses_photo_is_not_there")),
    ("DELETE /api/v1/media/{id}", Row::Other("r076_somebody_elses_photo_is_not_there")),
    ("PUT /api/v1/scheduled_statuses/{id}", Row::Other("a_scheduled_post_is_its_authors_alone")),
    ("DELETE /api/v1/scheduled_statuses/{id}", Row::Other("a_scheduled_post_is_its_authors_alone")),
    ("GET /api/v1/timelines/home", Row::List(List::Front)),
    ("GET /api/v1/timelines/public", Row::List(List::Wall)),
    ("GET /api/v1/timelines/tag/{name}", Row::List(List::Tag)),
    ("GET /api/v1/accounts", Row::Bare),
    ("GET /api/v1/accounts/search", Row::Bare),
    ("GET /api/v1/accounts/familiar_followers", Row::Bare),
    ("GET /api/v1/accounts/{id}/endorsements", Row::Bare),
    ("GET /api/v1/accounts/{id}/featured_tags", Row::Bare),
    ("GET /api/v1/accounts/{id}/lists", Row::Bare),
    ("GET /api/v1/endorsements", Row::Bare),
    ("GET /api/v1/follow_requests", Row::Bare),
    ("GET /api/v1/blocks", Row::Bare),
    ("GET /api/v1/mutes", Row::Bare),
    ("GET /api/v1/domain_blocks", Row::Bare),
    ("GET /api/v1/domain_blocks/preview", Row::Bare),
    ("GET /api/v1/profile", Row::Bare),
    ("GET /api/v1/lists", Row::Bare),
    ("GET /api/v1/lists/{id}", Row::Bare),
    ("GET /api/v1/lists/{id}/accounts", Row::Bare),
    ("GET /api/v1/timelines/list/{id}", Row::AtMost),
    ("GET /api/v1/tags/{name}", Row::Bare),
    ("GET /api/v1/followed_tags", Row::Bare),
    ("GET /api/v1/featured_tags", Row::Bare),
    ("GET /api/v1/featured_tags/suggestions", Row::Bare),
    ("POST /api/v1/accounts", Row::Other("somebody_signs_up_in_an_app_where_that_is_open")),
    ("POST /api/v1/accounts/{id}/follow", Row::Other("somebody_is_followed_as_one_likes_and_let_go")),
    ("POST /api/v1/accounts/{id}/unfollow", Row::Other("somebody_is_followed_as_one_likes_and_let_go")),
    ("POST /api/v1/accounts/{id}/remove_from_followers", Row::Other("a_follower_is_sent_away")),
    ("POST /api/v1/accounts/{id}/block", Row::Other("a_block_is_listed_and_taken_back")),
    ("POST /api/v1/accounts/{id}/unblock", Row::Other("a_block_is_listed_and_taken_back")),
    ("POST /api/v1/accounts/{id}/mute", Row::Other("a_mute_ends_when_its_time_is_over")),
    ("POST /api/v1/accounts/{id}/unmute", Row::Other("a_mute_without_an_end_says_so_and_is_taken_back")),
    ("POST /api/v1/accounts/{id}/note", Row::Other("a_note_is_kept_for_its_writer_alone")),
    ("POST /api/v1/accounts/{id}/endorse", Row::Other("people_one_follows_are_shown_on_ones_profile")),
    ("POST /api/v1/accounts/{id}/unendorse", Row::Other("people_one_follows_are_shown_on_ones_profile")),
    ("POST /api/v1/accounts/{id}/pin", Row::Other("people_one_follows_are_shown_on_ones_profile")),
    ("POST /api/v1/accounts/{id}/unpin", Row::Other("people_one_follows_are_shown_on_ones_profile")),
    ("POST /api/v1/follow_requests/{id}/authorize", Row::Other("requests_to_follow_are_listed_and_answered")),
    ("POST /api/v1/follow_requests/{id}/reject", Row::Other("requests_to_follow_are_listed_and_answered")),
    ("POST /api/v1/domain_blocks", Row::Other("hiding_a_server_ends_what_ties_one_to_its_people")),
    (
        "DELETE /api/v1/domain_blocks",
        Row::Other("a_hidden_server_is_hidden_from_its_hider_alone_until_she_shows_it_again"),
    ),
    ("PATCH /api/v1/accounts/update_credentials", Row::Other("only_what_is_sent_is_changed")),
    ("POST /api/v1/accounts/update_credentials", Row::Other("pictures_come_with_what_is_to_be_seen_on_them_and_go")),
    ("PATCH /api/v1/profile", Row::Other("a_profile_is_read_and_changed_as_it_was_typed")),
    ("PUT /api/v1/profile", Row::Other("a_profile_is_read_and_changed_as_it_was_typed")),
    ("DELETE /api/v1/profile/avatar", Row::Other("pictures_come_with_what_is_to_be_seen_on_them_and_go")),
    ("DELETE /api/v1/profile/header", Row::Other("pictures_come_with_what_is_to_be_seen_on_them_and_go")),
    ("POST /api/v1/lists", Row::Other("lists_are_made_changed_and_thrown_away")),
    ("PUT /api/v1/lists/{id}", Row::Other("a_list_belongs_to_its_owner")),
    ("DELETE /api/v1/lists/{id}", Row::Other("a_list_belongs_to_its_owner")),
    ("POST /api/v1/lists/{id}/accounts", Row::Other("a_list_belongs_to_its_owner")),
    ("DELETE /api/v1/lists/{id}/accounts", Row::Other("a_list_belongs_to_its_owner")),
    ("POST /api/v1/tags/{name}/follow", Row::Other("what_carries_a_followed_hashtag_comes_home")),
    ("POST /api/v1/tags/{name}/unfollow", Row::Other("what_carries_a_followed_hashtag_comes_home")),
    ("POST /api/v1/tags/{name}/feature", Row::Other("hashtags_stand_at_the_head_of_a_profile")),
    ("POST /api/v1/tags/{name}/unfeature", Row::Other("hashtags_stand_at_the_head_of_a_profile")),
    ("POST /api/v1/featured_tags", Row::Other("hashtags_stand_at_the_head_of_a_profile")),
    ("DELETE /api/v1/featured_tags/{id}", Row::Other("hashtags_stand_at_the_head_of_a_profile")),
    ("POST /api/v1/reports", Row::Other("a_report_reaches_the_owner_and_says_what_it_holds")),
    ("GET /api/v1/preferences", Row::Bare),
    ("GET /api/v1/markers", Row::Bare),
    ("GET /api/v1/notifications", Row::List(List::Notifications)),
    ("GET /api/v2/notifications", Row::List(List::Notifications)),
    ("GET /api/v1/notifications/unread_count", Row::Bare),
    ("GET /api/v2/notifications/unread_count", Row::Bare),
    ("GET /api/v1/notifications/{id}", Row::AtMost),
    ("GET /api/v2/notifications/{name}", Row::AtMost),
    ("GET /api/v2/notifications/{name}/accounts", Row::AtMost),
    ("GET /api/v1/notifications/policy", Row::Bare),
    ("GET /api/v2/notifications/policy", Row::Bare),
    ("GET /api/v1/notifications/requests", Row::AtMost),
    ("GET /api/v1/notifications/requests/merged", Row::Bare),
    ("GET /api/v1/notifications/requests/{id}", Row::AtMost),
    ("POST /api/v1/notifications/{id}/dismiss", Row::Other("what_is_dismissed_is_gone_for_its_owner_alone")),
    ("POST /api/v1/notifications/clear", Row::Other("what_is_dismissed_is_gone_for_its_owner_alone")),
    ("POST /api/v2/notifications/{name}/dismiss", Row::Other("a_group_is_asked_for_by_its_key_and_dismissed")),
    ("PUT /api/v1/notifications/policy", Row::Other("older_apps_set_the_policy_with_yes_and_no")),
    ("PATCH /api/v1/notifications/policy", Row::Other("older_apps_set_the_policy_with_yes_and_no")),
    ("PUT /api/v2/notifications/policy", Row::Other("whoever_is_filtered_waits_until_she_is_let_in")),
    ("PATCH /api/v2/notifications/policy", Row::Other("whoever_is_filtered_waits_until_she_is_let_in")),
    ("POST /api/v1/notifications/requests/accept", Row::Other("many_requests_are_answered_at_once")),
    ("POST /api/v1/notifications/requests/dismiss", Row::Other("many_requests_are_answered_at_once")),
    ("POST /api/v1/notifications/requests/{id}/accept", Row::Other("whoever_is_filtered_waits_until_she_is_let_in")),
    ("POST /api/v1/notifications/requests/{id}/dismiss", Row::Other("r098_nobody_answers_requests_of_somebody_else")),
    ("GET /api/v1/conversations", Row::AtMost),
    ("DELETE /api/v1/conversations/{id}", Row::Other("r098_conversations_belong_to_whoever_is_in_them")),
    ("POST /api/v1/conversations/{id}/read", Row::Other("r098_conversations_belong_to_whoever_is_in_them")),
    ("POST /api/v1/conversations/{id}/unread", Row::Other("r098_conversations_belong_to_whoever_is_in_them")),
    ("GET /api/v1/streaming", Row::Other("nothing_is_heard_that_one_may_not_see")),
    ("GET /api/v1/streaming/health", Row::Bare),
    ("GET /api/v1/streaming/user", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/user/notification", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/public", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/public/local", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/public/remote", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/hashtag", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/hashtag/local", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/list", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/streaming/direct", Row::Other("events_are_sent_to_apps_that_know_no_sockets")),
    ("GET /api/v1/announcements", Row::Bare),
    ("POST /api/v1/announcements/{id}/dismiss", Row::Other("what_the_server_says_is_shown_until_it_is_dismissed")),
    ("PUT /api/v1/announcements/{id}/reactions/{name}", Row::Other("people_react_to_what_the_server_says")),
    ("DELETE /api/v1/announcements/{id}/reactions/{name}", Row::Other("people_react_to_what_the_server_says")),
    ("GET /api/v1/push/subscription", Row::Bare),
    ("POST /api/v1/push/subscription", Row::Other("an_app_says_where_it_wants_to_be_told_and_of_what")),
    ("PUT /api/v1/push/subscription", Row::Other("an_app_says_where_it_wants_to_be_told_and_of_what")),
    ("DELETE /api/v1/push/subscription", Row::Other("an_app_says_where_it_wants_to_be_told_and_of_what")),
    ("GET /api/v2/filters", Row::Bare),
    ("GET /api/v2/filters/{id}", Row::Bare),
    ("GET /api/v2/filters/{id}/keywords", Row::Bare),
    ("GET /api/v2/filters/keywords/{id}", Row::Bare),
    ("GET /api/v2/filters/{id}/statuses", Row::Bare),
    ("GET /api/v2/filters/statuses/{id}", Row::Bare),
    ("GET /api/v1/filters", Row::Bare),
    ("GET /api/v1/filters/{id}", Row::Bare),
    ("POST /api/v2/filters", Row::Other("a_filter_is_made_changed_and_taken_away_with_its_words")),
    ("PUT /api/v2/filters/{id}", Row::Other("a_filter_is_made_changed_and_taken_away_with_its_words")),
    ("DELETE /api/v2/filters/{id}", Row::Other("a_filter_is_made_changed_and_taken_away_with_its_words")),
    ("POST /api/v2/filters/{id}/keywords", Row::Other("words_and_posts_of_a_filter_are_kept_one_by_one")),
    ("PUT /api/v2/filters/keywords/{id}", Row::Other("words_and_posts_of_a_filter_are_kept_one_by_one")),
    ("DELETE /api/v2/filters/keywords/{id}", Row::Other("words_and_posts_of_a_filter_are_kept_one_by_one")),
    ("POST /api/v2/filters/{id}/statuses", Row::Other("a_post_that_is_not_hers_to_see_cannot_be_named_in_a_filter")),
    ("DELETE /api/v2/filters/statuses/{id}", Row::Other("words_and_posts_of_a_filter_are_kept_one_by_one")),
    ("POST /api/v1/filters", Row::Other("older_apps_see_each_word_as_a_filter_of_its_own")),
    ("PUT /api/v1/filters/{id}", Row::Other("older_apps_see_each_word_as_a_filter_of_its_own")),
    ("DELETE /api/v1/filters/{id}", Row::Other("older_apps_see_each_word_as_a_filter_of_its_own")),
    ("GET /api/nodeinfo/2.0.json", Row::Bare),
    ("GET /api/v2/config", Row::Bare),
    ("GET /api/v1.1/compose/settings", Row::Bare),
    ("GET /api/v1.1/accounts/username/{name}", Row::Bare),
    ("GET /api/v1.1/nag/state", Row::Bare),
    ("GET /api/v1.1/push/state", Row::Bare),
    ("GET /api/pixelfed/v1/app/settings", Row::Bare),
    ("GET /api/v1/accounts/{id}/identity_proofs", Row::Bare),
    ("GET /api/v1.1/accounts/mutuals/{id}", Row::Bare),
    ("DELETE /api/v1.1/accounts/avatar", Row::Other("pixelfeds_app_finds_people_by_name_as_far_as_they_may_meet")),
    ("GET /api/v1.1/discover/posts/trending", Row::AtMost),
    ("GET /api/v1.1/discover/posts/network/trending", Row::AtMost),
    ("GET /api/v1.1/discover/accounts/popular", Row::Bare),
    ("GET /api/v1.1/discover/posts/hashtags", Row::Bare),
    ("GET /api/v1/tags/{name}/related", Row::Bare),
    ("GET /api/v1.1/direct/thread", Row::AtMost),
    ("GET /api/v1.1/direct/compose/mutuals", Row::Bare),
    ("POST /api/v1.1/report", Row::Other("pixelfeds_app_reports_people_and_posts_in_words_of_its_own")),
    ("POST /api/v1.1/direct/thread/send", Row::Other("pixelfeds_app_reads_and_writes_messages_between_two_people")),
    (
        "DELETE /api/v1.1/direct/thread/message",
        Row::Other("pixelfeds_app_reads_and_writes_messages_between_two_people"),
    ),
    ("GET /api/v1/instance/rules", Row::Bare),
    ("GET /api/v1/instance/peers", Row::Bare),
    ("GET /api/v1/instance/extended_description", Row::Bare),
    ("GET /api/oembed", Row::Other("a_link_to_a_post_shows_what_everybody_may_see")),
    ("GET /api/v2/search", Row::Other("what_an_app_looks_for_is_found_as_far_as_she_may_see_it")),
    ("GET /api/v1/trends", Row::Bare),
    ("GET /api/v1/trends/tags", Row::Bare),
    ("GET /api/v1/trends/statuses", Row::AtMost),
    ("GET /api/v1/trends/links", Row::Bare),
    ("GET /api/v2/suggestions", Row::Bare),
    ("GET /api/v1/suggestions", Row::Bare),
    ("GET /api/v1/directory", Row::Bare),
    ("DELETE /api/v1/suggestions/{id}", Row::Other("whom_she_could_follow_is_suggested_until_she_does_not_want_it")),
    ("GET /api/openapi.json", Row::Bare),
    ("GET /oauth/userinfo", Row::Bare),
    ("GET /.well-known/oauth-authorization-server", Row::Bare),
    ("POST /api/v1/markers", Row::Other("markers_are_kept_for_every_app_of_hers")),
    ("POST /api/v1/apps", Row::Other("an_app_is_registered_and_told_its_secret_once")),
    ("POST /oauth/token", Row::Other("a_code_is_changed_for_a_token_once")),
    ("POST /oauth/revoke", Row::Other("a_token_that_is_given_back_is_void_and_only_its_own_app_can")),
    ("POST /oauth/userinfo", Row::Other("where_everything_is_is_told")),
    ("POST /settings/sessions/end-others", Row::Other("r080_a_session_is_useless_after_signing_out")),
];

/// Looked at with a token rather than a cookie.
pub fn is_for_apps(route: &str) -> bool {
    let path = route.split_once(' ').unwrap().1;
    cyanotype::http::api::table().iter().any(|row| row.path == path)
}

fn sources(folder: &str) -> Vec<String> {
    let mut open: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// What is inside the parentheses that open at the start.
fn inside(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return &text[1..at],
            ')' => depth -= 1,
            _ => {}
        }
    }
    panic!("never closed: {text}")
}

/// Every route in the source, with its methods.
fn routes() -> BTreeSet<String> {
    // Those for apps stand in a table.
    let table = cyanotype::http::api::table();
    let mut found: BTreeSet<String> = table.iter().map(|row| format!("{} {}", row.method, row.path)).collect();
    for text in sources("src/http") {
        assert!(!text.contains(".nest(") && !text.contains("nest_service("), "read nested routes here too");
        for after in text.split(".route").skip(1).filter(|after| after.starts_with('(')) {
            let route = inside(after);
            // Without a path it is the router of that table.
            let Some(path) = route.split('"').nth(1) else { continue };
            let handlers = &route[route.rfind(&format!("{path}\"")).unwrap() + path.len() + 1..];
            let before = found.len();
            for (word, method) in [
                ("get(", "GET"),
                ("post(", "POST"),
                ("post_to(", "POST"),
                ("put(", "PUT"),
                ("patch(", "PATCH"),
                ("delete(", "DELETE"),
                ("options(", "OPTIONS"),
                ("any(", "ANY"),
            ] {
                let at = |at: usize| !handlers[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
                if handlers.match_indices(word).any(|(place, _)| at(place)) {
                    found.insert(format!("{method} {path}"));
                }
            }
            assert!(found.len() > before, "no method for {path} in {handlers}");
        }
    }
    found
}

#[test]
fn every_route_has_its_row() {
    let rows: BTreeSet<String> = ROWS.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(rows.len(), ROWS.len(), "each once");
    let routes = routes();
    assert!(routes.len() > 60, "the routes are found");
    let without: Vec<&String> = routes.difference(&rows).collect();
    assert!(without.is_empty(), "say in tests/all/visibility/routes.rs who may see what at these: {without:#?}");
    let gone: Vec<&String> = rows.difference(&routes).collect();
    assert!(gone.is_empty(), "these are no routes any more: {gone:#?}");
}

#[test]
fn the_tests_that_rows_name_are_there() {
    let all = sources("tests/all").join("\n");
    for (route, row) in ROWS {
        if let Row::Other(test) = row {
            assert!(all.contains(&format!("fn {test}(")), "{route}: no test is called {test}");
        }
    }
}
