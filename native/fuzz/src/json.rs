//! What JSON is, as JSON.parse sees it, in a few states and without recursion: the judge over the decode path. Slow and plain on purpose.

use std::ops::{Range, RangeInclusive};

/// What a text turned out to be.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Where it stops being JSON; None when all of it is.
    pub fault: Option<FaultSpan>,
    /// The first byte that is not white space.
    pub start: usize,
    pub is_object: bool,
    /// Of the outermost object: the last member of that name.
    pub item: Option<Range<usize>>,
    pub hist: Option<Range<usize>>,
}

/// The byte with which a text cannot be JSON any more; in a bad escape sequence a parser may name any byte of it.
pub type FaultSpan = RangeInclusive<usize>;

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
}

struct Judge<'a> {
    text: &'a [u8],
    at: usize,
    open: Vec<u8>,
    next: Next,
    /// The outermost object's member that is being read.
    member: Option<(String, usize)>,
    verdict: Verdict,
}

pub fn judge(text: &str) -> Verdict {
    let mut judge = Judge { text: text.as_bytes(), at: 0, open: vec![], next: Next::Value, member: None, verdict: Verdict::default() };
    judge.skip_white();
    judge.verdict.start = judge.at;
    judge.verdict.is_object = judge.peek() == Some(b'{');
    if let Err(fault) = judge.read_all() {
        judge.verdict.fault = Some(fault);
    }
    judge.verdict
}

/// The nesting of a JSON text, and the byte of the first bracket beyond `limit`.
pub fn depth(text: &str, limit: usize) -> (usize, Option<usize>) {
    let (mut depth, mut deepest, mut beyond) = (0usize, 0, None);
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
                if depth > limit && beyond.is_none() {
                    beyond = Some(at);
                }
            }
            b'}' | b']' if !in_string => depth -= 1,
            _ => {}
        }
    }
    (deepest, beyond)
}

impl Judge<'_> {
    fn read_all(&mut self) -> Result<(), FaultSpan> {
        loop {
            self.skip_white();
            if self.open.is_empty() && self.next == Next::CommaOrEnd {
                return if self.at == self.text.len() { Ok(()) } else { Err(self.here()) };
            }
            match (self.next, self.peek()) {
                (Next::ValueOrEnd, Some(b']')) | (Next::NameOrEnd, Some(b'}')) => self.close(),
                (Next::CommaOrEnd, Some(close @ (b'}' | b']'))) if self.open.last() == Some(&(close - 2)) => self.close(),
                (Next::CommaOrEnd, Some(b',')) => self.step(if self.open.last() == Some(&b'{') { Next::Name } else { Next::Value }),
                (Next::Colon, Some(b':')) => self.step(Next::Value),
                (Next::Name | Next::NameOrEnd, Some(b'"')) => self.read_name()?,
                (Next::Value | Next::ValueOrEnd, _) => self.read_value()?,
                _ => return Err(self.here()),
            }
        }
    }

    fn read_name(&mut self) -> Result<(), FaultSpan> {
        let from = self.at;
        self.read_string()?;
        if self.open.len() == 1 {
            // A name with a lone surrogate is no Rust string; it is neither of the two that matter.
            let name = serde_json::from_slice(&self.text[from..self.at]).unwrap_or_default();
            self.member = Some((name, 0));
        }
        self.next = Next::Colon;
        Ok(())
    }

    fn read_value(&mut self) -> Result<(), FaultSpan> {
        if let (1, Some((_, start))) = (self.open.len(), &mut self.member) {
            *start = self.at;
        }
        match self.peek() {
            Some(b'{') => return self.opened(b'{', Next::NameOrEnd),
            Some(b'[') => return self.opened(b'[', Next::ValueOrEnd),
            Some(b'"') => self.read_string()?,
            Some(b't') => self.read_word(b"true")?,
            Some(b'f') => self.read_word(b"false")?,
            Some(b'n') => self.read_word(b"null")?,
            _ => self.read_number()?,
        }
        self.ended();
        Ok(())
    }

    fn opened(&mut self, bracket: u8, next: Next) -> Result<(), FaultSpan> {
        self.open.push(bracket);
        self.step(next);
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.at += 1;
        self.ended();
    }

    /// A value has ended; if it is a member of the outermost object, it is noted under its name.
    fn ended(&mut self) {
        self.next = Next::CommaOrEnd;
        if self.open.len() != 1 {
            return;
        }
        if let Some((name, start)) = self.member.take() {
            match name.as_str() {
                "item" => self.verdict.item = Some(start..self.at),
                "hist" => self.verdict.hist = Some(start..self.at),
                _ => {}
            }
        }
    }

    fn read_string(&mut self) -> Result<(), FaultSpan> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.read_escape()?,
                None | Some(0..0x20) => return Err(self.here()),
                Some(_) => self.at += 1,
            }
        }
    }

    fn read_escape(&mut self) -> Result<(), FaultSpan> {
        let from = self.at;
        self.at += 1;
        let digits = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            Some(b'u') => 4,
            _ => return Err(self.within_escape(from, 1)),
        };
        self.at += 1;
        for _ in 0..digits {
            if !self.peek().is_some_and(|b| b.is_ascii_hexdigit()) {
                return Err(self.within_escape(from, 6));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn read_word(&mut self, word: &[u8]) -> Result<(), FaultSpan> {
        for letter in word {
            self.expect(|b| b == *letter)?;
        }
        Ok(())
    }

    fn read_number(&mut self) -> Result<(), FaultSpan> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.read_digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.read_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.read_digits()?;
        }
        Ok(())
    }

    fn read_digits(&mut self) -> Result<(), FaultSpan> {
        self.expect(|b| b.is_ascii_digit())?;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn expect(&mut self, is_it: impl Fn(u8) -> bool) -> Result<(), FaultSpan> {
        if !self.peek().is_some_and(is_it) {
            return Err(self.here());
        }
        self.at += 1;
        Ok(())
    }

    fn step(&mut self, next: Next) {
        self.at += 1;
        self.next = next;
    }

    fn skip_white(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn here(&self) -> FaultSpan {
        self.at..=self.at
    }

    fn within_escape(&self, from: usize, len: usize) -> FaultSpan {
        from..=(from + len).min(self.text.len())
    }
}
