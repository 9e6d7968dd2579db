package app

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/platform/evidence"
	"gongyi/internal/witness"
)

// hoursFormat is the format of the file of a certificate of hours.
const hoursFormat = "gongyi-hours/1"

// hoursFile is what anybody needs who checks a certificate of hours offline (F8): its text,
// and the entry of the log that holds its hash, proven.
type hoursFile struct {
	Format string           `json:"format"`
	Text   string           `json:"text"`
	Entry  *evidence.Bundle `json:"entry"`
}

// HoursFile is the file of a certificate of hours, and its name. It is verified before
// anybody gets it. ErrNotSigned while no checkpoint covers its entry.
func (r *Receipts) HoursFile(ctx context.Context, community, at id.ID) (name string, file []byte, err error) {
	defer fault.Wrap(&err, "file of certificate %s", at)
	c, sealed, err := r.app.Flows.CertificateRecord(ctx, community, at)
	if err != nil {
		return "", nil, err
	}
	b, err := r.bundlerAt(ctx, community, c.Seq)
	if err != nil {
		return "", nil, err
	}
	f := hoursFile{Format: hoursFormat, Text: c.Text()}
	if f.Entry, err = b.bundle(ctx, sealed.Entry, sealed.Seal); err != nil {
		return "", nil, err
	}
	var w bytes.Buffer
	enc := json.NewEncoder(&w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(f); err != nil {
		return "", nil, err
	}
	if err := witness.CheckHours(io.Discard, w.Bytes(), []string{b.verifier}); err != nil {
		return "", nil, fmt.Errorf("app: the file does not verify: %w", err)
	}
	return fmt.Sprintf("gongyi-hours-%s.json", at), w.Bytes(), nil
}

// Head is the signed head of a community's log that covers an entry: its size and its root
// in hexadecimal; zero while none does.
func (r *Receipts) Head(ctx context.Context, community id.ID, seq int64) (size int64, root string, err error) {
	c, err := r.app.Proof.Checkpoint(ctx, community, seq)
	if err != nil || c.Size <= seq {
		return 0, "", unsigned(err)
	}
	return c.Size, hex.EncodeToString(c.Root[:]), nil
}
