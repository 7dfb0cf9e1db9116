//! Bytes into a slab so that V8 reads them fastest: text whose every code point is at most U+00FF becomes one byte a
//! character (Latin-1). Valid UTF-8 has one spelling only, so the original bytes can always be had back.

use encoding_rs::mem;

/// Appends `text` and returns whether it is now Latin-1; `cuts` (ascending byte positions of the original) are
/// rewritten to positions counted from the start of what was appended.
pub fn append(out: &mut Vec<u8>, text: &str, cuts: &mut [usize]) -> bool {
    let bytes = text.as_bytes();
    if text.is_ascii() {
        out.extend_from_slice(bytes);
        return true;
    }
    if !mem::is_str_latin1(text) {
        out.extend_from_slice(bytes);
        return false;
    }
    let base = out.len();
    let mut from = 0;
    for cut in cuts.iter_mut() {
        let to = *cut;
        transcode(out, &bytes[from..to]);
        *cut = out.len() - base;
        from = to;
    }
    transcode(out, &bytes[from..]);
    true
}

fn transcode(out: &mut Vec<u8>, utf8: &[u8]) {
    let at = out.len();
    out.resize(at + utf8.len(), 0);
    let written = mem::convert_utf8_to_latin1_lossy(utf8, &mut out[at..]);
    out.truncate(at + written);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(latin1: &[u8]) -> String {
        latin1.iter().map(|b| *b as char).collect()
    }

    #[test]
    fn latin1_text_is_one_byte_a_character_and_its_cuts_follow() {
        let mut out = b"xx".to_vec();
        let text = "é[ÿ]à";
        let mut cuts = [2, 6];
        assert!(append(&mut out, text, &mut cuts));
        assert_eq!(cuts, [1, 4]);
        assert_eq!(back(&out[2..]), text);
    }

    #[test]
    fn ascii_and_wider_text_keep_their_bytes() {
        for text in ["plain", "日本 é", "😀"] {
            let mut out = vec![];
            let mut cuts = [0, text.len()];
            assert_eq!(append(&mut out, text, &mut cuts), text == "plain");
            assert_eq!(out, text.as_bytes());
            assert_eq!(cuts, [0, text.len()]);
        }
    }

    #[test]
    fn every_latin1_character_comes_back() {
        let text: String = (0u8..=255).map(|b| b as char).collect();
        let mut out = vec![];
        assert!(append(&mut out, &text, &mut []));
        assert_eq!(back(&out), text);
    }
}
