//! Headers in a slab, both directions: repeated `[u32 LE name bytes][name][i32 LE value bytes, -1 = null][value]`.

/// Appends one header. Names and values beyond 2 GiB cannot occur: a record is far smaller.
pub fn append(out: &mut Vec<u8>, name: &[u8], value: Option<&[u8]>) {
    out.extend_from_slice(&(name.len() as u32).to_le_bytes());
    out.extend_from_slice(name);
    match value {
        None => out.extend_from_slice(&(-1i32).to_le_bytes()),
        Some(v) => {
            out.extend_from_slice(&(v.len() as i32).to_le_bytes());
            out.extend_from_slice(v);
        }
    }
}

/// Walks the headers of a section; ends early (with `None` items no more) on a malformed one, which `check` finds first.
pub fn iter(section: &[u8]) -> Iter<'_> {
    Iter { rest: section }
}

/// Whether the section is well-formed: JavaScript wrote it, so it is checked once before it is trusted.
pub fn check(section: &[u8]) -> bool {
    let mut it = iter(section);
    while it.next().is_some() {}
    it.rest.is_empty()
}

pub struct Iter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a [u8], Option<&'a [u8]>);
    fn next(&mut self) -> Option<Self::Item> {
        let (n, rest) = self.rest.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*n) as usize)?;
        let (n, rest) = rest.split_first_chunk::<4>()?;
        let (value, rest) = match i32::from_le_bytes(*n) {
            -1 => (None, rest),
            n => {
                let (v, rest) = rest.split_at_checked(usize::try_from(n).ok()?)?;
                (Some(v), rest)
            }
        };
        self.rest = rest;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_null_and_empty_headers_come_back_in_order() {
        let mut out = vec![];
        let given: [(&[u8], Option<&[u8]>); 4] = [(b"a", Some(b"1")), (b"a", None), (b"", Some(b"")), (b"b", Some(b"\xff"))];
        for (n, v) in given {
            append(&mut out, n, v);
        }
        assert!(check(&out));
        assert_eq!(iter(&out).collect::<Vec<_>>(), given);
    }

    #[test]
    fn a_cut_section_is_not_well_formed() {
        let mut out = vec![];
        append(&mut out, b"name", Some(b"value"));
        for n in 1..out.len() {
            assert!(!check(&out[..n]), "cut at {n}");
        }
    }
}
