package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"gongyi/internal/kernel/fault"
)

// Refusals of a checkpoint, in the order OpenCheckpoint checks them, then those
// of CheckConsistency.
var (
	ErrKeyMalformed        = fault.New(fault.Invalid, "evidence.key_malformed")
	ErrCheckpointMalformed = fault.New(fault.Invalid, "evidence.checkpoint_malformed")
	ErrOriginDiffers       = fault.New(fault.Invalid, "evidence.origin_differs")
	ErrSignatureWrong      = fault.New(fault.Invalid, "evidence.signature_wrong")

	ErrShrunk     = fault.New(fault.Conflict, "evidence.shrunk")
	ErrSplitView  = fault.New(fault.Conflict, "evidence.split_view")
	ErrProofWrong = fault.New(fault.Invalid, "evidence.proof_wrong")
)

// maxNote bounds a signed checkpoint: its own signature and those of dozens of
// witnesses.
const maxNote = 16 << 10

// Checkpoint is a log's promise: so many entries, and this root over all of
// them. Note is its signed form (C2SP tlog-checkpoint), three lines of text,
// without a time, so that one tree has one checkpoint.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	Note   []byte
}

// text is what is signed.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// parseCheckpoint reads the text of a checkpoint. There is one way only to
// write it: what text would write differently is refused.
func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return Checkpoint{}, ErrCheckpointMalformed.With("why", "lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, ErrCheckpointMalformed.With("why", "size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(Hash{}) {
		return Checkpoint{}, ErrCheckpointMalformed.With("why", "root")
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Hash(root)}
	if c.text() != text || size == 0 && c.Root != emptyRoot {
		return Checkpoint{}, ErrCheckpointMalformed.With("why", "form")
	}
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint of the log whose key is given as a
// note verifier string. Signatures of others, the witnesses', may stand beside.
func OpenCheckpoint(signed []byte, key string) (Checkpoint, error) {
	v, err := note.NewVerifier(key)
	if err != nil {
		return Checkpoint{}, ErrKeyMalformed.With("why", err.Error())
	}
	c, err := readCheckpoint(signed)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, ErrOriginDiffers.With("origin", c.Origin).With("key", v.Name())
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		var unsigned *note.UnverifiedNoteError
		var wrong *note.InvalidSignatureError
		if errors.As(err, &unsigned) || errors.As(err, &wrong) {
			return Checkpoint{}, ErrSignatureWrong.With("origin", c.Origin).With("size", c.Size)
		}
		return Checkpoint{}, ErrCheckpointMalformed.With("why", err.Error())
	}
	return c, nil
}

// readCheckpoint reads what a signed checkpoint claims, whoever signed it.
func readCheckpoint(signed []byte) (Checkpoint, error) {
	if len(signed) > maxNote {
		return Checkpoint{}, ErrCheckpointMalformed.With("why", "length")
	}
	text, _, ok := strings.Cut(string(signed), "\n\n")
	if !ok {
		return Checkpoint{}, ErrCheckpointMalformed.With("why", "no signature")
	}
	c, err := parseCheckpoint(text + "\n")
	c.Note = signed
	return c, err
}

// CheckConsistency says whether the newer of two signed checkpoints of one log
// grew out of the older: nothing was taken out, nothing was changed. Two roots
// for one size are a split view, which the two notes prove to anybody.
func CheckConsistency(older, newer []byte, proof []Hash, key string) error {
	was, err := OpenCheckpoint(older, key)
	if err != nil {
		return fmt.Errorf("older checkpoint: %w", err)
	}
	is, err := OpenCheckpoint(newer, key)
	if err != nil {
		return fmt.Errorf("newer checkpoint: %w", err)
	}
	switch {
	case is.Size < was.Size:
		return ErrShrunk.With("older", was.Size).With("newer", is.Size)
	case is.Size == was.Size && is.Root != was.Root:
		return ErrSplitView.With("size", is.Size)
	case is.Size == was.Size || was.Size == 0:
		return nil
	}
	if tlog.CheckTree(proof, is.Size, is.Root, was.Size, was.Root) != nil {
		return ErrProofWrong.With("older", was.Size).With("newer", is.Size)
	}
	return nil
}
