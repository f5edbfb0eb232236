//! Just enough of Rust's lexical grammar to tell code from comments and literals.

/// `source` with every comment blanked and the inside of every string and character literal
/// replaced by `_`, line for line, so that braces and keywords that remain are code.
pub fn mask(source: &str) -> String {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, out: String::new() };
    lexer.run();
    lexer.out
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    out: String,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn keep(&mut self, count: usize) {
        let end = (self.at + count).min(self.chars.len());
        self.out.extend(&self.chars[self.at..end]);
        self.at = end;
    }

    /// Passes `count` characters, writing `filler` for each but keeping line ends.
    fn fill(&mut self, count: usize, filler: char) {
        for _ in 0..count.min(self.chars.len() - self.at) {
            let c = self.chars[self.at];
            self.out.push(if c == '\n' { '\n' } else { filler });
            self.at += 1;
        }
    }

    fn run(&mut self) {
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '/') => {
                    while self.at < self.chars.len() && self.peek(0) != '\n' {
                        self.fill(1, ' ');
                    }
                }
                ('/', '*') => self.block_comment(),
                ('"', _) => self.string(),
                ('\'', _) => self.quote(),
                (c, _) if is_ident(c) => self.word(),
                _ => self.keep(1),
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.fill(2, ' ');
                }
                ('*', '/') => {
                    depth -= 1;
                    self.fill(2, ' ');
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.fill(1, ' '),
            }
        }
    }

    fn string(&mut self) {
        self.keep(1);
        while self.at < self.chars.len() {
            match self.peek(0) {
                '\\' => self.fill(2, '_'),
                '"' => return self.keep(1),
                _ => self.fill(1, '_'),
            }
        }
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        if self.peek(1) == '\\' {
            self.keep(1);
            self.fill(2, '_');
            while self.at < self.chars.len() && self.peek(0) != '\'' {
                self.fill(1, '_');
            }
            self.keep(1);
        } else if self.peek(2) == '\'' {
            self.keep(1);
            self.fill(1, '_');
            self.keep(1);
        } else {
            self.keep(1);
        }
    }

    /// A whole identifier, and the raw string that starts with it, if one does.
    fn word(&mut self) {
        let start = self.at;
        while is_ident(self.peek(0)) {
            self.keep(1);
        }
        let word: String = self.chars[start..self.at].iter().collect();
        if !matches!(word.as_str(), "r" | "br" | "cr") {
            return;
        }
        let hashes = (0..).take_while(|&ahead| self.peek(ahead) == '#').count();
        if self.peek(hashes) != '"' {
            return;
        }
        self.keep(hashes + 1);
        while self.at < self.chars.len() {
            let closes = self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#');
            if closes {
                return self.keep(hashes + 1);
            }
            self.fill(1, '_');
        }
    }
}

/// Whether `c` may stand in an identifier.
pub fn is_ident(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its bare name.
    pub name: String,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// Lines of its body that hold code: neither blank nor only a comment, braces' own lines not
    /// counted. The same measure as clippy's `too_many_lines`.
    pub code_lines: usize,
    /// Its parameters, the receiver among them; a tuple counts as many as it has elements.
    pub parameters: usize,
    /// Whether one of them is a tuple.
    pub has_tuple: bool,
}

/// Every function of masked source (see [`mask`]), nested ones too.
pub fn functions(masked: &str) -> Vec<Function> {
    let chars: Vec<char> = masked.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (word, next) = word_at(&chars, at);
        if word == "fn"
            && let Some((name, open)) = signature(&chars, next)
        {
            let line = 1 + chars[..at].iter().filter(|&&c| c == '\n').count();
            let code_lines = code_lines(&chars[open + 1..closing_brace(&chars, open)]);
            let elements = parameters(&chars[next..open]);
            let parameters = elements.iter().sum();
            let has_tuple = elements.iter().any(|elements| *elements > 1);
            found.push(Function { name, line, code_lines, parameters, has_tuple });
        }
        at = next;
    }
    found
}

/// The names of the modules that masked source declares.
pub fn declared_modules(masked: &str) -> Vec<String> {
    let chars: Vec<char> = masked.chars().collect();
    let mut names = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (word, next) = word_at(&chars, at);
        if word == "mod" {
            let (name, _) = word_at(&chars, skip_blank(&chars, next));
            names.push(name);
        }
        at = next;
    }
    names
}

/// The identifier at `at` and where it ends; an empty one, one further, where there is none.
fn word_at(chars: &[char], at: usize) -> (String, usize) {
    let word: String = chars[at..].iter().take_while(|&&c| is_ident(c)).collect();
    let length = word.chars().count().max(1);
    (word, at + length)
}

fn skip_blank(chars: &[char], at: usize) -> usize {
    at + chars[at..].iter().take_while(|c| c.is_whitespace()).count()
}

/// The name of the function whose `fn` ends at `at`, and where its body opens. `None` for function
/// pointer types and for declarations without a body.
fn signature(chars: &[char], at: usize) -> Option<(String, usize)> {
    let start = skip_blank(chars, at);
    let (name, after) = word_at(chars, start);
    if name.is_empty() {
        return None;
    }
    let mut depth = 0;
    for (offset, c) in chars[after..].iter().enumerate() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ';' if depth == 0 => return None,
            '{' if depth == 0 => return Some((name, after + offset)),
            _ => {}
        }
    }
    None
}

fn closing_brace(chars: &[char], open: usize) -> usize {
    let mut depth = 0;
    for (offset, c) in chars[open..].iter().enumerate() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + offset;
        }
    }
    chars.len()
}

fn code_lines(body: &[char]) -> usize {
    let body: String = body.iter().collect();
    body.lines().filter(|line| !line.trim().is_empty()).count()
}

/// How many each parameter of the signature behind `fn` counts as.
fn parameters(signature: &[char]) -> Vec<usize> {
    let opens = list_opens(signature);
    let list: Vec<char> = signature[opens..].iter().skip(1).copied().collect();
    let list = &list[..end_of(&list, ')')];
    pieces(list).iter().map(|piece| elements(piece)).collect()
}

/// Where the list of parameters opens: behind the name and what stands in `<>`.
fn list_opens(signature: &[char]) -> usize {
    let mut depth = 0;
    for (at, c) in signature.iter().enumerate() {
        match c {
            '<' => depth += 1,
            '>' if !is_arrow(signature, at) => depth -= 1,
            '(' if depth == 0 => return at,
            _ => {}
        }
    }
    signature.len()
}

/// How many parameters one of them counts as.
fn elements(parameter: &str) -> usize {
    let Some(at) = parameter.find(": ").or(parameter.find(":\n")) else {
        return 1;
    };
    let mut of_type = parameter[at + 1..].trim_start();
    while let Some(rest) = of_type.strip_prefix(['&', '\'']) {
        // What is borrowed, its lifetime and `mut` do not matter.
        of_type = rest.trim_start_matches(is_ident).trim_start();
        if rest.starts_with(|c: char| is_ident(c)) && !of_type.starts_with(['(', '&']) {
            return 1;
        }
    }
    let Some(inside) = of_type.strip_prefix('(') else {
        return 1;
    };
    let inside: Vec<char> = inside.chars().collect();
    pieces(&inside[..end_of(&inside, ')')]).len().max(1)
}

/// Where what is open before `text` is closed.
fn end_of(text: &[char], close: char) -> usize {
    let mut depth = 0;
    for (at, c) in text.iter().enumerate() {
        match c {
            '(' | '[' | '{' => depth += 1,
            c if depth == 0 && *c == close => return at,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// What stands between the commas that are in no brackets.
fn pieces(text: &[char]) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut depth = 0;
    for (at, &c) in text.iter().enumerate() {
        match c {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if !is_arrow(text, at) => depth -= 1,
            _ => {}
        }
        match found.last_mut() {
            Some(last) if c != ',' || depth > 0 => last.push(c),
            _ => found.push(String::new()),
        }
    }
    found.retain(|piece| !piece.trim().is_empty());
    found
}

/// Whether the `>` at `at` belongs to `->` or `=>`.
fn is_arrow(text: &[char], at: usize) -> bool {
    at > 0 && matches!(text[at - 1], '-' | '=')
}
