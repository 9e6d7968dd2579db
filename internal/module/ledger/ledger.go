// Package ledger keeps a community's books: accounts from a chart, entries of
// legs that run from a source to a destination, holds, reversals and the day's
// close (D4, D5, L7).
//
// One entry is one fact that moved value. It is numbered within its community
// without gaps; its number is also its place in the community's evidence log.
package ledger
