package evidence

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"gongyi/internal/kernel/fault"
)

// Refusals of the key directory.
var (
	ErrKeyMissing = fault.New(fault.Conflict, "evidence.key_missing") // the log has signed before
	ErrKeyDiffers = fault.New(fault.Conflict, "evidence.key_differs") // not the key that the log signed with
	ErrKeyExposed = fault.New(fault.Conflict, "evidence.key_exposed") // others on the machine can read it
	ErrKeyDamaged = fault.New(fault.Conflict, "evidence.key_damaged")
)

// Keyring is a directory with three small files a log: its key, the mark of the
// largest tree it has signed, and a lock. Keys are backed up once, when they are
// new; marks are never restored together with a database, because a restored
// database must meet the mark of what has left since.
type Keyring struct {
	dir    string
	random io.Reader
}

// key signs for one log.
type key struct {
	signer   note.Signer
	verifier string // the public half, as people hand it on
}

// OpenKeyring opens the directory, or makes it. New keys are made from random.
func OpenKeyring(dir string, random io.Reader) (*Keyring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("evidence: key directory: %w", err)
	}
	return &Keyring{dir: dir, random: random}, nil
}

func (k *Keyring) path(o Origin, suffix string) string {
	return filepath.Join(k.dir, o.file()+suffix)
}

// Verifier is the log's public key as a note verifier string, the one thing
// that a receipt's holder must know.
func (k *Keyring) Verifier(o Origin) (string, error) {
	got, err := k.read(o)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrKeyMissing.With("origin", o)
	}
	return got.verifier, err
}

// open reads a log's key, or makes it if the log is new, which expect == ""
// says; otherwise expect is the verifier string that the log signed with. The
// caller holds the log's lock.
func (k *Keyring) open(o Origin, expect string) (key, error) {
	got, err := k.read(o)
	switch {
	case errors.Is(err, fs.ErrNotExist) && expect == "":
		return k.create(o)
	case errors.Is(err, fs.ErrNotExist):
		return key{}, ErrKeyMissing.With("origin", o)
	case err != nil:
		return key{}, err
	case expect != "" && expect != got.verifier:
		return key{}, ErrKeyDiffers.With("origin", o).With("expected", expect).With("found", got.verifier)
	}
	return got, nil
}

func (k *Keyring) read(o Origin) (key, error) {
	name := k.path(o, ".key")
	info, err := os.Stat(name)
	if err != nil {
		return key{}, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return key{}, ErrKeyExposed.With("file", name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return key{}, err
	}
	got, err := parseKey(strings.TrimSpace(string(data)))
	if err != nil || got.signer.Name() != o.String() {
		return key{}, ErrKeyDamaged.With("file", name)
	}
	return got, nil
}

// create makes a key and, before it, the mark of a log that has signed nothing:
// a key never exists without a mark. A mark that is there and larger belonged
// to a key that was lost.
func (k *Keyring) create(o Origin) (key, error) {
	if old, err := os.ReadFile(k.path(o, ".mark")); err == nil {
		if c, err := readCheckpoint(old); err != nil || c.Size > 0 {
			return key{}, ErrKeyMissing.With("origin", o)
		}
	}
	secret, _, err := note.GenerateKey(k.random, o.String())
	if err != nil {
		return key{}, err
	}
	made, err := parseKey(secret)
	if err != nil {
		return key{}, err
	}
	first, err := made.sign(Checkpoint{Origin: o.String(), Root: emptyRoot})
	if err != nil {
		return key{}, err
	}
	if err := replaceFile(k.path(o, ".mark"), first.Note); err != nil {
		return key{}, err
	}
	return made, createFile(k.path(o, ".key"), []byte(secret+"\n"))
}

// parseKey reads a note's signer key and finds its public half.
func parseKey(secret string) (key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return key{}, err
	}
	_, seed, ok := strings.Cut(secret, fmt.Sprintf("+%08x+", signer.KeyHash()))
	raw, err := base64.StdEncoding.DecodeString(seed)
	if !ok || err != nil || len(raw) != 1+ed25519.SeedSize {
		return key{}, errors.New("evidence: not an Ed25519 key")
	}
	public := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey(signer.Name(), public)
	return key{signer: signer, verifier: verifier}, err
}

// sign fills in the note. Ed25519 always signs the same text alike.
func (k key) sign(c Checkpoint) (Checkpoint, error) {
	signed, err := note.Sign(&note.Note{Text: c.text()}, k.signer)
	c.Note = signed
	return c, err
}
