// Package evidence is the notary's book of a community (L7): every settlement,
// coin flow, penalty, vote and disbursement becomes one line that can never be
// taken out or changed without anyone who holds a receipt noticing.
//
// The book is a Merkle log as in RFC 6962, one a community. A leaf is the
// SHA-256 of an entry's canonical text; its number is the entry's number.
//
//   - Tree holds the log's hashes in memory: the ledger's writer grows it, and
//     readers take proofs from it.
//   - Keyring keeps one signing key a log; Authority is the only one who signs,
//     and it never signs a tree that is smaller than or different from one that
//     it has signed before.
//   - Publisher writes the log as C2SP tlog-tiles, Handler serves them, and
//     CheckTiles compares every byte of them with the database.
//   - Bundle is the receipt file that a resident takes home; VerifyBundle checks
//     it without a network. Package witness does so again from nothing but the
//     published formats.
package evidence

import (
	"crypto/sha256"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 hash in the log: a leaf hash, a node or a root.
type Hash = tlog.Hash

// Leaf is a leaf's data, the SHA-256 of an entry's canonical text. The log does
// not hold it itself but its LeafHash.
type Leaf = Hash

// LeafOf is the leaf of an entry's canonical text.
func LeafOf(entry []byte) Leaf { return sha256.Sum256(entry) }

// LeafHash is what RFC 6962 makes of a leaf. It equals tlog.RecordHash without
// its two allocations.
func LeafHash(leaf Leaf) Hash {
	var b [1 + len(leaf)]byte
	copy(b[1:], leaf[:])
	return sha256.Sum256(b[:])
}

// emptyRoot is the root of the log without entries.
var emptyRoot = Hash(sha256.Sum256(nil))
