//! Metadata is read for the owner, kept within bounds, and never refuses a photo.

use cyanotype_photo::{Metadata, Removed};

use super::support::*;

fn read(input: &[u8]) -> Metadata {
    probed(input).metadata()
}

#[test]
fn camera_data_and_the_words_of_the_photographer_are_read_alike_from_jpeg_png_and_webp() {
    for name in ["told.jpg", "told.png", "told.webp"] {
        let told = read(&fixture(name));
        let expected = Metadata {
            make: Some("NIKON CORPORATION".into()),
            model: Some("NIKON D850".into()),
            lens_make: Some("NIKON".into()),
            lens: Some("AF-S NIKKOR 35mm f/1.8G".into()),
            focal_length: Some("35".into()),
            focal_length_35mm: Some(52),
            aperture: Some("2.8".into()),
            exposure: Some("1/250".into()),
            exposure_bias: Some("-0.7".into()),
            iso: Some(640),
            flash: Some(false),
            taken: Some("2026-07-04T18:22:03".into()),
            taken_offset: Some("+02:00".into()),
            film: Some("Kodak Portra 400".into()),
            chemistry: Some("XTOL".into()),
            title: Some("Harbour".into()),
            description: Some("Evening ferry to Hel".into()),
            keywords: vec!["sea".into(), "lighthouse".into()],
            alt_text: Some("A lighthouse above the harbour, seen from the ferry".into()),
            creator: Some("Ada Lens".into()),
            copyright: Some("© 2026 Ada Lens".into()),
            licence: Some("https://creativecommons.org/licenses/by-sa/4.0/".into()),
            gps: true,
            ..Metadata::default()
        };
        assert_eq!(told, expected, "{name}");
        assert_eq!(told.camera().as_deref(), Some("NIKON D850"));
    }
}

#[test]
fn coordinates_and_serial_numbers_are_told_of_and_never_kept() {
    for name in ["told.jpg", "leaky.jpg", "leaky.png", "leaky.webp"] {
        let probe = probed(&fixture(name));
        let json = serde_json::to_string(&probe.metadata()).unwrap();
        for secret in ["54.5", "18.6", "54,30", "\"54", "gps_", "serial"] {
            assert!(!json.contains(secret), "{name}: {json}");
        }
        assert!(probe.metadata().gps, "{name}");
        for what in [Removed::Location, Removed::SerialNumbers, Removed::MakerNotes] {
            assert!(probe.removed().contains(&what), "{name}: {what:?}");
        }
    }
}

#[test]
fn the_owner_is_told_everything_that_was_removed() {
    let told = probed(&fixture("leaky.jpg")).removed();
    let expected = [
        Removed::Location,
        Removed::SerialNumbers,
        Removed::OwnerName,
        Removed::MakerNotes,
        Removed::Thumbnail,
        Removed::Exif,
        Removed::Xmp,
        Removed::Iptc,
        Removed::PhotoshopData,
        Removed::Comments,
        Removed::SecondPicture,
        Removed::ColourProfile,
        Removed::Other,
    ];
    assert_eq!(told, expected);
    assert_eq!(probed(&fixture("photo-boats.jpg")).removed(), []);
    assert_eq!(Removed::Location.words(), "where it was taken");
    assert_eq!(serde_json::to_string(&Removed::SerialNumbers).unwrap(), "\"serial-numbers\"");

    let credentials = jpeg_with("orientation-1.jpg", &[segment(0xEB, b"JP\0\x01\0\0\0\x01\0\0\0\x20jumb....c2pa")]);
    assert!(read(&credentials).content_credentials);
    assert_eq!(probed(&credentials).removed().last(), Some(&Removed::ContentCredentials));
    let gain_map = jpeg_with("orientation-1.jpg", &[segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0\0\0\0\0")]);
    assert!(probed(&gain_map).removed().contains(&Removed::GainMap));
}

#[test]
fn as_json_only_what_is_there_is_written_and_it_reads_back_the_same() {
    let nothing = Metadata::default();
    assert_eq!(serde_json::to_string(&nothing).unwrap(), "{}");
    let told = read(&fixture("told.jpg"));
    let json = serde_json::to_string(&told).unwrap();
    assert_eq!(serde_json::from_str::<Metadata>(&json).unwrap(), told);
    assert!(json.starts_with(r#"{"make":"NIKON CORPORATION","model":"NIKON D850""#), "{json}");
}

#[test]
fn shutter_speeds_read_as_people_say_them() {
    let exposure = |over, under| read(&with_exif(vec![], &[ratio(0x829A, over, under)])).exposure;
    for ((over, under), text) in [
        ((1, 250), Some("1/250")),
        ((10, 2500), Some("1/250")),
        ((1_000_000, 8_000_000_000_u64), None),
        ((16667, 1_000_000), Some("1/60")),
        ((1, 2), Some("1/2")),
        ((3, 10), Some("0.3")),
        ((8, 10), Some("0.8")),
        ((1, 1), Some("1")),
        ((13, 10), Some("1.3")),
        ((30, 1), Some("30")),
        ((0, 1), None),
        ((1, 0), None),
        ((0, 0), None),
    ] {
        let Ok(under) = u32::try_from(under) else { continue };
        assert_eq!(exposure(over, under).as_deref(), text, "{over}/{under}");
    }
    // APEX: 2 to the power of -8 seconds, and the square root of 2 to the fifth.
    let apex = read(&with_exif(vec![], &[Entry(0x9201, 10, 1, vec![0, 0, 0, 8, 0, 0, 0, 1]), ratio(0x9202, 5, 1)]));
    assert_eq!((apex.exposure.as_deref(), apex.aperture.as_deref()), (Some("1/256"), Some("5.7")));
}

#[test]
fn a_sensitivity_that_does_not_fit_is_looked_up_in_its_newer_field() {
    let iso = |entries: &[Entry]| read(&with_exif(vec![], entries)).iso;
    assert_eq!(iso(&[short(0x8827, 400)]), Some(400));
    assert_eq!(iso(&[short(0x8827, 65535), long(0x8832, 102_400)]), Some(102_400));
    assert_eq!(iso(&[short(0x8827, 0)]), None);
}

#[test]
fn a_date_is_given_as_written_and_a_zone_is_never_invented() {
    let taken = |text: &str, zone: Option<&str>| {
        let mut entries = vec![ascii(0x9003, text)];
        entries.extend(zone.map(|zone| ascii(0x9011, zone)));
        let found = read(&with_exif(vec![], &entries));
        (found.taken, found.taken_offset)
    };
    assert_eq!(taken("2026:07:04 18:22:03", None), (Some("2026-07-04T18:22:03".into()), None));
    assert_eq!(taken("2026:07:04 18:22:03", Some("-03:30")).1.as_deref(), Some("-03:30"));
    assert_eq!(taken("2026:07:04 18:22:03", Some("Z")).1, None);
    for never_set in ["0000:00:00 00:00:00", "    :  :     :  :  ", "2026:13:04 18:22:03", "2026:07:04 18:61:03", "now"]
    {
        assert_eq!(taken(never_set, Some("+02:00")), (None, None), "{never_set}");
    }
}

#[test]
fn a_lens_without_a_name_is_known_by_its_range() {
    let ranges = |values: [(u32, u32); 4]| {
        let data = values.iter().flat_map(|(a, b)| [a.to_be_bytes(), b.to_be_bytes()]).collect::<Vec<_>>().concat();
        read(&with_exif(vec![], &[ascii(0xA434, "----"), Entry(0xA432, 5, 4, data)])).lens
    };
    assert_eq!(ranges([(24, 1), (70, 1), (28, 10), (28, 10)]).as_deref(), Some("24–70 mm f/2.8"));
    assert_eq!(ranges([(35, 1), (35, 1), (0, 0), (0, 0)]).as_deref(), Some("35 mm"));
    assert_eq!(ranges([(0, 0), (0, 0), (0, 0), (0, 0)]), None);
}

#[test]
fn what_cameras_write_by_themselves_is_no_description() {
    for default in ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\\100MEDIA\\DJI_0001.JPG", "  "] {
        let input = with_exif(vec![ascii(0x010E, default)], &[]);
        assert_eq!(read(&input).description, None, "{default}");
    }
    assert_eq!(read(&with_exif(vec![ascii(0x010E, "A quiet bay")], &[])).description.as_deref(), Some("A quiet bay"));
}

#[test]
fn a_scanner_is_no_camera() {
    let input =
        with_exif(vec![ascii(0x010F, "EPSON"), ascii(0x0110, "Perfection V850")], &[Entry(0xA300, 7, 1, vec![1])]);
    let found = read(&input);
    assert_eq!((found.scanner.as_deref(), found.make, found.model), (Some("EPSON Perfection V850"), None, None));
}

#[test]
fn the_maker_is_named_once() {
    let camera = |make: &str, model: &str| {
        Metadata { make: Some(make.into()), model: Some(model.into()), ..Metadata::default() }.camera()
    };
    assert_eq!(camera("Canon", "Canon EOS R5").as_deref(), Some("Canon EOS R5"));
    assert_eq!(camera("Apple", "iPhone 15").as_deref(), Some("Apple iPhone 15"));
    assert_eq!(camera("NIKON CORPORATION", "nikon z6").as_deref(), Some("nikon z6"));
}

#[test]
fn press_records_are_read_in_either_character_set() {
    let record = |record: u8, set: u8, value: &[u8]| {
        [&[0x1C, record, set], &(value.len() as u16).to_be_bytes()[..], value].concat()
    };
    let photoshop = |records: &[u8]| {
        let size = (records.len() as u32).to_be_bytes();
        let other = b"8BIM\x04\x0D\0\0\0\0\0\x01\x07\0";
        segment(0xED, &[b"Photoshop 3.0\0", &other[..], b"8BIM\x04\x04\0\0", &size, records].concat())
    };
    let old =
        [record(2, 5, b"Caf\xE9"), record(2, 120, b"\x93Hello\x94"), record(2, 25, b"sea"), record(2, 25, b"sky")];
    let found = read(&jpeg_with("orientation-1.jpg", &[photoshop(&old.concat())]));
    assert_eq!((found.title.as_deref(), found.description.as_deref()), (Some("Café"), Some("“Hello”")));
    assert_eq!(found.keywords, ["sea", "sky"]);
    let new = [record(1, 90, b"\x1B%G"), record(2, 80, "Łucja".as_bytes()), record(2, 116, "© Łucja".as_bytes())];
    let found = read(&jpeg_with("orientation-1.jpg", &[photoshop(&new.concat())]));
    assert_eq!((found.creator.as_deref(), found.copyright.as_deref()), (Some("Łucja"), Some("© Łucja")));
    let place = probed(&jpeg_with("orientation-1.jpg", &[photoshop(&record(2, 90, b"Gdynia"))])).removed();
    assert!(place.contains(&Removed::Location));
}

#[test]
fn xmp_tells_synthetic_pictures_places_and_people() {
    let input = with_xmp(
        "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\
         </Iptc4xmpExt:DigitalSourceType><photoshop:City>Gdynia</photoshop:City><exif:GPSLatitude>54,30N</exif:GPSLatitude>\
         <Iptc4xmpExt:PersonInImage>x</Iptc4xmpExt:PersonInImage><xmpRights:WebStatement>javascript:alert(1)\
         </xmpRights:WebStatement>",
    );
    let found = read(&input);
    assert_eq!(found.source_type.as_deref(), Some("trainedAlgorithmicMedia"));
    assert!(found.gps);
    assert_eq!(found.licence, None, "only web addresses are licences");
    let removed = probed(&input).removed();
    assert!(removed.contains(&Removed::Location) && removed.contains(&Removed::People), "{removed:?}");
}

#[test]
fn every_text_and_list_is_bounded() {
    let words: String = (0..400).map(|i| format!("<rdf:li>word{i}</rdf:li>")).collect();
    let long = "x".repeat(40_000);
    let input = with_xmp(&format!(
        "<dc:title>{}</dc:title><dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject><dc:description>{}</dc:description>",
        &long[..10_000],
        &long[..20_000],
    ));
    let found = read(&input);
    assert_eq!(found.title.unwrap().len(), 300);
    assert_eq!(found.description.unwrap().len(), 5000);
    assert_eq!(found.keywords.len(), 50);
    let deep = format!("{}{}", "<a>".repeat(8000), "</a>".repeat(8000));
    assert_eq!(read(&with_xmp(&deep)), Metadata::default(), "a deep packet is no danger");
}

#[test]
fn no_planted_secret_is_kept_in_what_was_read() {
    for name in ["told.jpg", "told.png", "told.webp"] {
        assert!(holds(&fixture(name), CANARY), "{name} holds a secret");
        let json = serde_json::to_vec(&read(&fixture(name))).unwrap();
        assert!(!holds(&json, CANARY), "{name}");
    }
}

#[test]
fn a_compressed_packet_that_inflates_without_end_is_ignored() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 8 << 20], 6);
    let mut input = fixture("palette.png");
    input.splice(33..33, chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\x01\0\0\0", &bomb[..]].concat()));
    assert_eq!(read(&input), Metadata::default());
}

/// IPTC records in Photoshop's resources.
fn press(records: &[(u8, &[u8])]) -> Vec<u8> {
    let record =
        |(set, value): &(u8, &[u8])| [&[0x1C, 2, *set], &(value.len() as u16).to_be_bytes()[..], value].concat();
    let records: Vec<u8> = records.iter().flat_map(record).collect();
    let size = (records.len() as u32).to_be_bytes();
    segment(0xED, &[b"Photoshop 3.0\0", &b"8BIM\x04\x04\0\0"[..], &size, &records].concat())
}

const CAMERA_XMP: &str = r#"<tiff:Make xmlns:tiff="http://ns.adobe.com/tiff/1.0/">FUJIFILM</tiff:Make>
    <tiff:Model xmlns:tiff="http://ns.adobe.com/tiff/1.0/">X-T5</tiff:Model>
    <aux:Lens>XF23mmF1.4 R</aux:Lens><exif:FocalLength>230/10</exif:FocalLength>
    <exif:FocalLengthIn35mmFilm>35</exif:FocalLengthIn35mmFilm><exif:FNumber>56/10</exif:FNumber>
    <exif:ExposureTime>1/500</exif:ExposureTime><exif:ExposureBiasValue>-1/3</exif:ExposureBiasValue>
    <exif:ISOSpeedRatings><rdf:Seq><rdf:li>160</rdf:li></rdf:Seq></exif:ISOSpeedRatings>
    <exif:DateTimeOriginal>2026-07-04T18:22:03.25+02:00</exif:DateTimeOriginal>"#;

#[test]
fn what_only_xmp_knows_of_the_camera_is_read_from_it() {
    let expected = Metadata {
        make: Some("FUJIFILM".into()),
        model: Some("X-T5".into()),
        lens: Some("XF23mmF1.4 R".into()),
        focal_length: Some("23".into()),
        focal_length_35mm: Some(35),
        aperture: Some("5.6".into()),
        exposure: Some("1/500".into()),
        exposure_bias: Some("-0.3".into()),
        iso: Some(160),
        taken: Some("2026-07-04T18:22:03".into()),
        taken_offset: Some("+02:00".into()),
        ..Metadata::default()
    };
    assert_eq!(read(&with_xmp(CAMERA_XMP)), expected);
    let apex = read(&with_xmp(
        "<exif:ApertureValue>5</exif:ApertureValue><exif:ShutterSpeedValue>8/1</exif:ShutterSpeedValue>
         <photoshop:DateCreated>2026-07-04T18:22Z</photoshop:DateCreated>",
    ));
    assert_eq!((apex.aperture.as_deref(), apex.exposure.as_deref()), (Some("5.7"), Some("1/256")));
    assert_eq!((apex.taken.as_deref(), apex.taken_offset.as_deref()), (Some("2026-07-04T18:22:00"), Some("+00:00")));
    for nonsense in
        ["<exif:FNumber>1/0</exif:FNumber>", "<exif:FNumber>x</exif:FNumber>", "<exif:FNumber>inf</exif:FNumber>"]
    {
        assert_eq!(read(&with_xmp(nonsense)), Metadata::default(), "{nonsense}");
    }
}

#[test]
fn the_camera_itself_is_believed_before_what_was_copied_from_it() {
    let block = exif(vec![ascii(0x0110, "X100V")], &[ascii(0x9003, "2026:07:04 18:22:03"), short(0x8827, 400)]);
    let both = read(&jpeg_with("orientation-1.jpg", &[segment(0xE1, &block), segment(0xE1, &xmp(CAMERA_XMP))]));
    assert_eq!((both.model.as_deref(), both.make.as_deref()), (Some("X100V"), None), "no maker of another camera");
    assert_eq!((both.iso, both.aperture.as_deref()), (Some(400), Some("5.6")), "what it does not say is filled in");
    assert_eq!(both.taken_offset.as_deref(), Some("+02:00"), "the same time, told with its zone");
    let other = exif(vec![], &[ascii(0x9003, "2025:01:01 00:00:00")]);
    let both = read(&jpeg_with("orientation-1.jpg", &[segment(0xE1, &other), segment(0xE1, &xmp(CAMERA_XMP))]));
    assert_eq!(
        (both.taken.as_deref(), both.taken_offset),
        (Some("2025-01-01T00:00:00"), None),
        "a zone of another time"
    );
}

#[test]
fn press_records_tell_the_date_and_a_headline_stands_for_a_title() {
    let dated = |day: &[u8], time: &[u8]| {
        let found = read(&jpeg_with("orientation-1.jpg", &[press(&[(55, day), (60, time)])]));
        (found.taken, found.taken_offset)
    };
    let moment = Some("2026-07-04T18:22:03".to_owned());
    assert_eq!(dated(b"20260704", b"182203+0200"), (moment.clone(), Some("+02:00".to_owned())));
    assert_eq!(dated(b"20260704", b"182203"), (moment, None));
    for unknown in
        [(&b"20260000"[..], &b"182203+0200"[..]), (b"20260704", b""), (b"", b"182203"), ("２０２６".as_bytes(), b"x")]
    {
        assert_eq!(dated(unknown.0, unknown.1), (None, None));
    }
    let title = |records: &[(u8, &[u8])]| read(&jpeg_with("orientation-1.jpg", &[press(records)])).title;
    assert_eq!(title(&[(105, b"Storm over Hel")]).as_deref(), Some("Storm over Hel"));
    assert_eq!(title(&[(105, b"Storm over Hel"), (5, b"Harbour")]).as_deref(), Some("Harbour"));
}

#[test]
fn film_developer_and_scanner_are_read_and_newer_fields_of_exif_too() {
    let analog = |name: &str, text: &str| {
        format!("<a:{name} xmlns:a=\"http://analogexif.sourceforge.net/ns/\">{text}</a:{name}>")
    };
    let all = [
        ("FilmMaker", "Kodak"),
        ("Film", "Tri-X 400"),
        ("DeveloperMaker", "Ilford"),
        ("Developer", "ID-11"),
        ("DeveloperDilution", "1+1"),
        ("ScannerMaker", "Nikon"),
        ("Scanner", "Coolscan 9000"),
    ];
    let found = read(&with_xmp(&all.map(|(name, text)| analog(name, text)).concat()));
    assert_eq!(found.film.as_deref(), Some("Kodak Tri-X 400"));
    assert_eq!(found.chemistry.as_deref(), Some("Ilford ID-11, 1+1"));
    assert_eq!(found.scanner.as_deref(), Some("Nikon Coolscan 9000"));
    let newer = read(&with_exif(vec![], &[ascii(0xA436, "Harbour"), ascii(0xA437, "Ada Lens")]));
    assert_eq!((newer.title.as_deref(), newer.creator.as_deref()), (Some("Harbour"), Some("Ada Lens")));
    let digitised = read(&with_exif(vec![], &[ascii(0x9004, "2026:07:04 18:22:03"), ascii(0x9012, "+02:00")]));
    assert_eq!(digitised.taken, None, "when it was scanned is not when it was taken");
}
