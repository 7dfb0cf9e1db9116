//! Bytes into a slab so that V8 reads them fastest: text whose every code point is at most U+00FF becomes one byte a
//! character (Latin-1). Valid UTF-8 has one spelling only, so the original bytes can always be had back.

/// The highest byte of UTF-8 text that is all Latin-1: U+00FF is C3 BF.
const LATIN1_HIGHEST: u8 = 0xC3;

/// Appends `text` and returns whether it is now Latin-1; `cuts` (ascending byte positions of the original) are
/// rewritten to positions counted from the start of what was appended.
pub fn append(out: &mut Vec<u8>, text: &str, cuts: &mut [usize]) -> bool {
    let bytes = text.as_bytes();
    let highest = highest(bytes);
    if highest.is_ascii() || highest > LATIN1_HIGHEST {
        out.extend_from_slice(bytes);
        return highest.is_ascii();
    }
    let base = out.len();
    out.reserve(bytes.len());
    let mut from = 0;
    for cut in cuts.iter_mut() {
        let to = *cut;
        append_latin1(out, &bytes[from..to]);
        *cut = out.len() - base;
        from = to;
    }
    append_latin1(out, &bytes[from..]);
    true
}

/// Latin-1 as UTF-8.
pub fn append_utf8(out: &mut Vec<u8>, latin1: &[u8]) {
    let mut rest = latin1;
    loop {
        let plain = ascii_len(rest);
        out.extend_from_slice(&rest[..plain]);
        let Some(byte) = rest.get(plain) else { return };
        out.extend_from_slice(&[0xC0 | byte >> 6, 0x80 | byte & 0x3F]);
        rest = &rest[plain + 1..];
    }
}

/// UTF-8 whose every code point fits: those from U+0080 on begin with C2 or C3, which hold their two highest bits.
fn append_latin1(out: &mut Vec<u8>, utf8: &[u8]) {
    let mut from = 0;
    for at in memchr::memchr2_iter(0xC2, 0xC3, utf8) {
        out.extend_from_slice(&utf8[from..at]);
        out.push(utf8[at] << 6 | utf8[at + 1] & 0x3F);
        from = at + 2;
    }
    out.extend_from_slice(&utf8[from..]);
}

/// Written so that the compiler makes SIMD of it.
fn highest(bytes: &[u8]) -> u8 {
    const LANES: usize = 32;
    let (chunks, rest) = bytes.as_chunks::<LANES>();
    let mut lanes = [0u8; LANES];
    for chunk in chunks {
        for (lane, &byte) in lanes.iter_mut().zip(chunk) {
            *lane = (*lane).max(byte);
        }
    }
    lanes.iter().chain(rest).fold(0, |highest, &byte| highest.max(byte))
}

/// How many bytes stand before the first that is not ASCII.
fn ascii_len(bytes: &[u8]) -> usize {
    const STEP: usize = 32;
    let whole = bytes.chunks_exact(STEP).take_while(|chunk| chunk.is_ascii()).count() * STEP;
    whole + bytes[whole..].iter().take_while(|byte| byte.is_ascii()).count()
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
        let mut again = b"head ".to_vec();
        append_utf8(&mut again, &out);
        assert_eq!(again, [b"head ", text.as_bytes()].concat());
    }

    #[test]
    fn a_character_is_found_wherever_it_stands() {
        for at in 0..100 {
            let text = format!("{}é{}", "a".repeat(at), "b".repeat(100 - at));
            let (mut latin1, mut utf8) = (vec![], vec![]);
            assert!(append(&mut latin1, &text, &mut []));
            append_utf8(&mut utf8, &latin1);
            assert_eq!((latin1.len(), utf8), (101, text.into_bytes()));
        }
    }

    #[test]
    fn the_last_latin1_character_and_the_first_beyond() {
        assert!(append(&mut vec![], "a\u{ff}", &mut []));
        assert!(!append(&mut vec![], "a\u{100}", &mut []));
    }
}
