package witness

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A certificate of hours can be checked by anybody (F8): an entry of the log holds the
// SHA-256 of its text, which says who gave it to whom, for which days, and lists the
// services that it counts. That none of them was taken back later is known online only.

// hoursFile is the file of a certificate: its text, and the entry with its proof.
type hoursFile struct {
	Format string
	Text   string
	Entry  json.RawMessage
}

// CheckHours says on out what a certificate's file proves, given the log's public keys. The
// first thing wrong is the error.
func CheckHours(out io.Writer, file []byte, keys []string) error {
	var f hoursFile
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	if f.Format != "gongyi-hours/1" {
		return fmt.Errorf("certificate: format %q", f.Format)
	}
	var said struct{ Certificate, Digest string }
	entry, head, err := record(f.Entry, keys, &said)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256([]byte(f.Text)); hex.EncodeToString(sum[:]) != said.Digest {
		return errors.New("the text is not the one whose hash was published")
	}
	rest, ok := strings.CutPrefix(f.Text, "gongyi hours 1\n")
	if !ok || line(rest, "certificate") != said.Certificate {
		return errors.New("the text is not a certificate's")
	}
	services, minutes := 0, 0
	for l := range strings.Lines(rest) {
		if of, ok := strings.CutPrefix(l, "service "); ok {
			parts := strings.SplitN(of, " ", 5)
			if len(parts) != 5 {
				return errors.New("a service of the text is incomplete")
			}
			n, err := strconv.Atoi(parts[2])
			if err != nil || n <= 0 {
				return errors.New("a service of the text has no length")
			}
			services, minutes = services+1, minutes+n
		}
	}
	if strconv.Itoa(minutes) != line(rest, "minutes") {
		return fmt.Errorf("the services take %d minutes, the text says %s", minutes, line(rest, "minutes"))
	}
	fmt.Fprintf(out, "signed: %s promises %d entries\n", head.Origin, head.Size)
	fmt.Fprintf(out, "sealed: entry %d, posted %s: the text with hash %s\n", entry.Index, field(entry.Entry, "posted"), said.Digest)
	fmt.Fprintf(out, "says: number %s of %s, for %q, %s to %s: %d services, %d minutes\n",
		line(rest, "number"), line(rest, "issuer"), line(rest, "name"), line(rest, "from"), line(rest, "to"), services, minutes)
	return nil
}

// line is what a line of a certificate's text says, "" if there is none.
func line(text, name string) string { return strings.TrimSpace(field(text, name)) }
