//! Prints the second half of `docs/coverage.md`.

fn main() {
    print!("{}", larder_iam_api::coverage_markdown());
}
