//! What must hold between servers, case by case, and which tests show it.

use std::collections::BTreeSet;
use std::path::Path;

/// Letter and number of the last case of each group.
const GROUPS: [(char, u32); 10] =
    [('A', 8), ('B', 10), ('C', 7), ('D', 21), ('E', 14), ('F', 10), ('G', 23), ('H', 8), ('I', 8), ('J', 11)];

/// What is not offered here, so that there is nothing to hold: followers that are hidden, and a mode in
/// which nothing public is given to unsigned requests.
const NOT_OFFERED: [&str; 2] = ["B6", "B7"];

#[rustfmt::skip]
const CASES: &[(&str, &[&str])] = &[
    // Discovery
    ("A1", &["webfinger_names_the_actor_in_every_way_it_is_asked", "a1_the_answer_has_one_self_link_with_the_actors_id"]),
    ("A2", &["webfinger_names_the_actor_in_every_way_it_is_asked", "a2_each_form_of_asking_is_understood"]),
    ("A3", &["webfinger_says_no_where_there_is_nobody", "a3_nonsense_is_no_resource"]),
    ("A4", &["webfinger_knows_the_server_itself", "a4_the_server_can_be_asked_for"]),
    ("A5", &["host_meta_leads_to_webfinger", "a5_host_meta_leads_to_webfinger"]),
    ("A6", &["nodeinfo_describes_the_server_in_both_versions", "a6_nodeinfo_has_every_required_member"]),
    ("A7", &["the_handle_domain_may_be_another_than_the_address"]),
    ("A8", &["a08_somebody_suspended_has_no_webfinger_and_is_not_gone"]),
    // Actors
    ("B1", &["the_same_address_answers_browsers_and_servers", "b1_b2_what_an_accept_header_asks_for"]),
    ("B2", &["the_same_address_answers_browsers_and_servers", "b1_b2_what_an_accept_header_asks_for"]),
    ("B3", &["the_same_address_answers_browsers_and_servers"]),
    ("B4", &["b4_every_peer_takes_our_actors", "an_actor_has_all_that_peers_need"]),
    ("B5", &["collections_have_the_shapes_that_are_read", "a_long_outbox_is_read_page_by_page_and_whole", "b5_b6_collections_have_their_shape"]),
    ("B8", &["b08_whoever_left_is_gone_at_every_address_and_whoever_is_suspended_at_none"]),
    ("B9", &["b09_whoever_has_a_document_is_not_sent_it_again"]),
    ("B10", &["b10_a_field_holding_an_address_is_one_link_with_rel_me"]),
    // Signing
    ("C1", &["c1_the_vector_is_reproduced_bit_for_bit"]),
    ("C2", &["c2_a_signed_get_covers_the_query"]),
    ("C3", &["c3_a_second_attempt_is_signed_anew_over_the_same_body", "r115_what_a_server_could_not_take_is_sent_again_later_and_signed_anew"]),
    ("C4", &["a_post_goes_once_to_a_servers_shared_inbox"]),
    ("C5", &["fedify_receives_an_album_and_fetches_its_jpegs", "a_post_goes_once_to_a_servers_shared_inbox"]),
    ("C6", &["the_servers_own_actor_is_open_to_everybody", "d12_a_key_is_asked_for_once"]),
    ("C7", &["whoever_refuses_the_draft_is_asked_by_rfc_9421_and_remembered_for_days", "documents_are_asked_for_by_rfc_9421_too"]),
    // Verifying
    ("D1", &["d01_every_form_in_use_is_taken", "d1_rsa_sha256_hs2019_and_no_algorithm_are_accepted"]),
    ("D2", &["d02_a_delivery_signed_word_for_word_as_the_standard_has_it_is_taken", "the_vectors_of_the_rfc_are_signatures_over_the_text_we_make"]),
    ("D3", &["d3_d4_order_blanks_and_case_do_not_matter"]),
    ("D4", &["d3_d4_order_blanks_and_case_do_not_matter"]),
    ("D5", &["d5_r002_one_changed_byte_is_refused", "r002_body_not_matching_its_digest_changes_nothing"]),
    ("D6", &["d6_r002_only_a_signed_sha256_digest_counts"]),
    ("D7", &["d7_r004_the_date_must_be_near", "r004_a_signature_of_another_time_changes_nothing"]),
    ("D8", &["d8_created_and_expires_follow_their_rules"]),
    ("D9", &["d9_r003_a_request_for_another_server_is_refused", "r003_a_signature_for_another_target_or_host_changes_nothing"]),
    ("D10", &["r003_a_signature_for_another_target_or_host_changes_nothing"]),
    ("D11", &["d11_a_query_may_be_left_out_of_what_is_signed"]),
    ("D12", &["d12_a_key_is_asked_for_once"]),
    ("D13", &["d13_a_changed_key_is_noticed_and_a_wrong_one_asked_for_once", "d13_whoever_has_a_new_key_is_heard_with_it"]),
    ("D14", &["d14_a_key_with_an_address_of_its_own_is_found", "r007_a_key_its_owner_does_not_list_does_not_count"]),
    ("D15", &["d15_a_key_kept_on_another_server_than_its_actor_does_not_count"]),
    ("D16", &["r006_whoever_signs_speaks_for_nobody_else"]),
    ("D17", &["d17_a_signature_by_somebody_who_is_gone_leaves_nothing"]),
    ("D18", &["d18_deletes_and_updates_of_people_never_heard_of_cost_nothing"]),
    ("D19", &["d19_r008_garbage_is_refused_without_panic", "r008_parameters_that_stand_twice_change_nothing"]),
    ("D20", &["d20_weak_and_foreign_keys_are_refused"]),
    ("D21", &["r028_an_activity_delivered_three_times_at_once_has_one_effect"]),
    // Posts
    ("E1", &["a_post_goes_once_to_a_servers_shared_inbox", "e1_e11_every_peer_takes_a_post_with_one_photo", "the_longest_post_fits_into_every_inbox"]),
    ("E2", &["what_was_sent_can_be_fetched", "e2_what_is_fetched_is_what_was_delivered"]),
    ("E3", &["an_album_of_more_than_four_links_to_itself_before_its_closing_tags", "an_album_of_four_needs_no_link"]),
    ("E4", &["e4_descriptions_survive_as_they_are", "long_alt_texts_are_shortened_only_behind_the_fourth_photo"]),
    ("E5", &["width_and_height_are_those_of_the_file_after_turning_it"]),
    ("E6", &["a_photo_answers_as_every_peer_wants_it", "r073_a_photo_is_a_jpeg_whatever_is_asked_for"]),
    ("E7", &["e7_hashtags_are_found", "e7_closing_hashtags_stand_in_their_own_paragraph"]),
    ("E8", &["a_mention_of_somebody_elsewhere_reaches_her_though_she_does_not_follow", "e8_e9_mentions_and_warnings"]),
    ("E9", &["a_warning_covers_text_and_pictures"]),
    ("E10", &["a_caption_says_what_was_typed_and_runs_nothing"]),
    ("E11", &["e11_times_have_milliseconds_and_are_read_in_each_form", "an_edit_is_an_update_and_saving_without_change_is_none"]),
    ("E12", &["a_caption_says_what_was_typed_and_runs_nothing", "e12_r068_markup_in_a_caption_is_text"]),
    ("E13", &["without_followers_nothing_is_sent_and_the_post_can_be_fetched"]),
    ("E14", &["an_id_leads_browsers_to_the_page_and_the_page_back", "somebody_found_by_the_address_of_her_profile_is_the_same"]),
    // Media
    ("F1", &["a_photo_answers_as_every_peer_wants_it"]),
    ("F2", &["head_says_what_get_does_and_sends_nothing"]),
    ("F3", &["a_range_is_a_part_of_the_same_bytes"]),
    ("F4", &["a_picture_is_there_before_the_first_server_hears_of_it"]),
    ("F5", &["a_large_photo_federates_within_every_limit"]),
    ("F6", &["r072_nothing_private_is_left_in_what_federates"]),
    ("F7", &["a_photo_answers_as_every_peer_wants_it", "r073_a_photo_is_a_jpeg_whatever_is_asked_for"]),
    ("F8", &["f08_two_hundred_servers_fetch_a_photo_at_once"]),
    ("F9", &["an_address_outlives_an_edit_and_dies_with_the_post", "an_alt_text_alone_is_an_edit_and_a_new_picture_has_a_new_address"]),
    ("F10", &["r039b_addresses_of_photos_cannot_be_guessed"]),
    // What others do
    ("G1", &["an_accept_carries_the_follow_to_the_followers_own_inbox", "g1_an_accept_repeats_the_follow"]),
    ("G2", &["a_repeated_follow_is_answered_again_and_counted_once"]),
    ("G3", &["r036_a_locked_person_is_followed_by_nobody_she_did_not_let_in", "a_locked_person_answers_when_she_likes"]),
    ("G4", &["r037_a_blocked_person_reads_nothing_narrow_and_is_not_written_to"]),
    ("G5", &["inboxes_of_nobody_are_not_there", "a_follow_of_nobody_or_of_the_server_itself_is_not_accepted"]),
    ("G6", &["a_follow_is_taken_back_by_its_id_alone_or_by_what_it_was_about"]),
    ("G7", &["a_follow_is_taken_back_by_its_id_alone_or_by_what_it_was_about"]),
    ("G8", &["a_like_counts_once_however_often_it_is_said", "a_like_is_taken_back_by_what_it_was_about_whatever_its_id", "an_undo_that_comes_first_still_undoes"]),
    ("G9", &["g09_a_reaction_with_an_emoji_is_a_like_and_so_is_taking_it_back"]),
    ("G10", &["g10_a_boost_of_ours_is_counted_in_each_form_and_taken_back", "r035_reactions_of_strangers_to_a_private_post_are_ignored"]),
    ("G11", &["a_reply_is_cleaned_shown_and_told", "replies_of_others_are_listed_for_whoever_asks"]),
    ("G12", &["g12_a"]),
    ("G13", &["what_is_not_understood_is_taken_and_leads_to_no_request", "g13_a_vote_is_no_reply"]),
    ("G14", &["an_edit_from_elsewhere_changes_the_text_and_an_older_one_does_not"]),
    ("G15", &["a_post_deleted_elsewhere_is_gone_here", "r022_nobody_but_the_owner_updates_or_deletes"]),
    ("G16", &["a_direct_message_from_elsewhere_is_for_its_reader_alone"]),
    ("G17", &["g17_a_quote_that_is_allowed_gets_a_stamp_that_can_be_fetched", "g17_a_quote_taken_back_loses_its_stamp_for_good", "g17_nobody_quotes_who_does_not_let_her_be_quoted"]),
    ("G18", &["g18_a_report_in_the_name_of_a_server_stands_before_the_owner_as_that_servers", "a_post_is_reported_to_the_owner_and_to_its_server_without_a_name"]),
    ("G19", &["g19_a_block_from_elsewhere_ends_follows_both_ways_and_can_be_taken_back"]),
    ("G20", &["g20_whoever_follows_an_account_that_moves_follows_the_new_one", "r029b_an_account_that_does_not_name_the_old_one_gets_nobody"]),
    ("G21", &["g21_what_is_not_understood_is_taken_and_dropped_without_a_request"]),
    ("G22", &["r022_only_whoever_was_asked_accepts_or_refuses"]),
    ("G23", &["g23_mastodon_note", "g23_pixelfed_note", "g23_vernissage_note", "g23_gotosocial_note", "g23_wordpress_article", "g23_peertube_video"]),
    // Edits and deletions
    ("H1", &["an_edit_is_an_update_and_saving_without_change_is_none", "h1_an_edit_says_when"]),
    ("H2", &["an_alt_text_alone_is_an_edit_and_a_new_picture_has_a_new_address"]),
    ("H3", &["an_edit_is_an_update_and_saving_without_change_is_none"]),
    ("H4", &["an_alt_text_alone_is_an_edit_and_a_new_picture_has_a_new_address"]),
    ("H5", &["a_delete_reaches_whoever_followed_liked_or_answered", "r105_a_deleted_post_is_gone_there_and_leaves_a_tombstone_here"]),
    ("H6", &["a_changed_profile_is_told_to_followers_once"]),
    ("H7", &["h07_everybody_known_is_told_in_the_form_they_read_and_the_key_lasts_until_they_were"]),
    ("H8", &["a_post_deleted_before_it_left_does_not_leave"]),
    // Who sees what
    ("I1", &["i01_a_followers_only_post_is_given_to_followers_and_was_never_there_for_others", "i01_the_server_of_a_follower_does_not_read_what_is_for_her"]),
    ("I2", &["i02_a_quiet_post_is_addressed_to_followers_and_copies_everybody", "i02_a_followers_only_post_is_addressed_to_followers_and_those_mentioned", "i2_each_visibility_is_shown_as_meant"]),
    ("I3", &["r039_a_quiet_post_stays_out_of_public_lists_and_is_there_for_whoever_comes", "r030_narrow_posts_stand_in_no_list_that_others_read"]),
    ("I4", &["r038_a_post_for_those_mentioned_reaches_nobody_else"]),
    ("I5", &["r076_somebody_elses_draft_does_not_exist"]),
    ("I6", &["r037_a_blocked_person_reads_nothing_narrow_and_is_not_written_to", "r095_a_kept_out_server_is_told_nothing_and_asked_nothing"]),
    ("I7", &["r034_what_only_some_may_see_is_kept_in_no_cache"]),
    ("I8", &["a_cookie_means_nothing_where_servers_ask", "whoever_may_see_a_post_of_ours_fetches_it_and_no_other_server_does"]),
    // Robustness
    ("J1", &["r041_address_policy_table", "r042_a_name_that_moves_inside_is_checked_again_when_it_is_dialled_again", "r044_redirects_inside_or_to_other_schemes_are_not_followed", "r045_an_internal_address_is_not_asked_wherever_it_stands"]),
    ("J2", &["r061_reading_stops_at_the_limit", "r062_a_gzip_bomb_stops_at_the_limit", "r055_dripping_peer_ends_within_its_time"]),
    ("J3", &["j3_r009_documents_that_mean_two_things_are_refused", "r029_nonsense_is_refused_or_ignored_and_harms_nothing", "r054_deep_nesting_is_refused_at_once"]),
    ("J4", &["r058_an_endless_chain_of_replies_ends", "r059_a_list_of_followers_without_end_is_left_after_ten_pages"]),
    ("J5", &["j05_a_thousand_deletes_of_people_never_heard_of_are_taken_at_once_and_ask_nobody"]),
    ("J6", &["j06_whoever_is_asked_to_wait_is_told_how_long"]),
    ("J7", &["r011_a_document_of_another_content_type_is_not_believed", "r012_a_document_about_an_id_elsewhere_is_not_believed", "r013_a_note_whose_author_lives_elsewhere_is_refused", "r014_where_a_redirect_leads_speaks_for_nobody_else"]),
    ("J8", &["r095_a_domain_means_all_below_it_and_no_other", "r095_a_domain_in_letters_of_any_script_is_kept_out_in_its_ascii_form"]),
    ("J9", &["it_is_tried_for_days_with_growing_pauses", "a_server_that_is_away_gets_everything_when_it_is_back", "wherever_the_process_dies_what_was_accepted_is_delivered_and_seen_once"]),
    ("J10", &["r115_a_server_that_hangs_delays_no_other"]),
    ("J11", &["r004_a_clock_half_an_hour_off_is_borne"]),
];

fn sources() -> String {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all")];
    let mut all = String::new();
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

#[test]
fn every_case_has_a_test_and_every_test_is_there() {
    let wanted: BTreeSet<String> = GROUPS
        .iter()
        .flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")))
        .filter(|case| !NOT_OFFERED.contains(&case.as_str()))
        .collect();
    let listed: BTreeSet<String> = CASES.iter().map(|(case, _)| (*case).to_owned()).collect();
    assert_eq!(wanted, listed);
    let all = sources();
    for (case, tests) in CASES {
        assert!(!tests.is_empty(), "{case}");
        for test in *tests {
            assert!(all.contains(&format!("fn {test}")), "{case}: no test is called {test}");
        }
    }
}
