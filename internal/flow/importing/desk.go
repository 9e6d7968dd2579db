package importing

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
	"unicode"

	"gongyi/internal/flow"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/sheet"
)

// The notes by which the work on an import is handed on; their payload names the
// chore.
const (
	CheckNote = "import.check"
	RunNote   = "import.run"
)

// Refusals of the desk, in the order in which its methods check them.
var (
	ErrUploadLong = fault.New(fault.TooLarge, "importing.upload_too_large")
	ErrNoUpload   = fault.New(fault.Invalid, "importing.no_upload")
	ErrNotChecked = fault.New(fault.Conflict, "importing.not_checked")
	ErrNotYours   = fault.New(fault.Forbidden, "importing.not_your_community")
	ErrFileGone   = fault.New(fault.NotFound, "importing.file_gone")
)

// Desk takes files over that somebody hands in by a browser: a look first, then,
// once a person has confirmed what the look showed, the books. Both are done in
// steps beside the web. Whoever dies in the middle is followed by somebody who
// goes on at the row that was reached.
type Desk struct {
	Flows *flow.Flows
	Dir   string       // where files lie until they are no longer needed
	Limit sheet.Limits // of one file
	Zone  *time.Location
	Steps int // chunks of 2,048 rows that one piece of work does; 0 means 16

	arriving sync.Map // names of files that are no chore's yet
}

// upload is the detail of an import's chore.
type upload struct {
	File   string  `json:"file"` // its name in Dir
	Kind   string  `json:"kind"`
	Format string  `json:"format"`
	Bytes  int64   `json:"bytes"`
	Within []id.ID `json:"within,omitempty"` // the communities whose rows may be taken; none: all
}

// Counts are what became of the rows so far.
type Counts struct {
	Rows     int `json:"rows"` // lines of the file that were reached
	Added    int `json:"added"`
	Known    int `json:"known"`
	Rejected int `json:"rejected"`
	Blank    int `json:"blank"`
}

// CountsOf reads the counts of an import.
func CountsOf(text string) (c Counts) {
	_ = json.Unmarshal([]byte(text), &c) // a chore that nobody has begun counts nothing
	return c
}

// Upload is what an import's chore says of its file.
func Upload(c *chore.Chore) (kind, format string, bytes int64) {
	var u upload
	_ = json.Unmarshal([]byte(c.Detail), &u) // written by Receive alone
	return u.Kind, u.Format, u.Bytes
}

// Within are the communities whose rows an import may bring, none for all.
func Within(c *chore.Chore) []id.ID {
	var u upload
	_ = json.Unmarshal([]byte(c.Detail), &u) // written by Receive alone
	return u.Within
}

// Receive takes a file in and has it looked at. within limits whose rows may be
// taken, nil: nobody's are refused for that. What is no table that we know, or too
// long, is refused and leaves nothing behind.
func (d *Desk) Receive(ctx context.Context, actor db.Actor, name string, within []id.ID, src io.Reader) (c *chore.Chore, err error) {
	defer fault.Wrap(&err, "importing: receive")
	u, err := d.keep(src)
	if err != nil {
		return nil, err
	}
	u.Within = within
	path := filepath.Join(d.Dir, u.File)
	defer d.arriving.Delete(u.File)
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := d.look(path, &u); err != nil {
		return nil, err
	}
	detail, err := json.Marshal(u)
	if err != nil {
		return nil, err
	}
	err = d.Flows.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) (err error) {
		if c, err = d.Flows.Chores.Ask(ctx, tx, chore.Chore{Kind: chore.Import, Title: title(name), Detail: string(detail)}); err != nil {
			return err
		}
		return note(ctx, tx, CheckNote, c.ID)
	})
	return c, err
}

// keep writes an upload to a file of its own, as long as the limit allows.
func (d *Desk) keep(src io.Reader) (u upload, err error) {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return u, err
	}
	f, err := os.CreateTemp(d.Dir, "upload-*")
	if err != nil {
		return u, err
	}
	u.File = filepath.Base(f.Name())
	d.arriving.Store(u.File, true)
	u.Bytes, err = io.Copy(f, io.LimitReader(src, d.Limit.File+1))
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	switch {
	case err != nil:
	case u.Bytes == 0:
		err = ErrNoUpload.On("file")
	case u.Bytes > d.Limit.File:
		err = ErrUploadLong.On("file").With("megabytes", d.Limit.File>>20)
	}
	if err != nil {
		d.arriving.Delete(u.File)
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return u, err
}

// look finds out what a file is, by its content.
func (d *Desk) look(path string, u *upload) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	t, err := Open(u.File, f, d.Limit, d.Zone)
	if refused := fault.Of(err); refused != nil {
		return refused.On("file")
	}
	if err != nil {
		return err
	}
	u.Kind, u.Format = t.Kind.String(), t.Format()
	return nil
}

// title is a file's name without its folders and without letters that nobody sees.
func title(name string) string {
	name = filepath.Base(filepath.ToSlash(name))
	var b []rune
	for _, r := range name {
		if unicode.IsPrint(r) && len(b) < 120 {
			b = append(b, r)
		}
	}
	return string(b)
}

// named is the payload of a note.
type named struct {
	Chore id.ID `json:"chore"`
}

func note(ctx context.Context, tx *db.Tx, kind string, c id.ID) error {
	payload, err := json.Marshal(named{c})
	if err != nil {
		return err
	}
	return tx.Emit(ctx, kind, string(payload))
}

// Confirm has an import done as its look showed it. Of two who confirm, one is
// refused.
func (d *Desk) Confirm(ctx context.Context, actor db.Actor, c id.ID) error {
	return d.Flows.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		found, err := d.find(ctx, tx, c)
		if err != nil {
			return err
		}
		if found.At(chore.Checked) == nil && found.Ended() == nil {
			return ErrNotChecked
		}
		if _, err := d.Flows.Chores.Reach(ctx, tx, c, chore.Confirmed, ""); err != nil {
			return err
		}
		if err := d.Flows.Chores.Begin(ctx, tx, c); err != nil {
			return err
		}
		return note(ctx, tx, RunNote, c)
	})
}

// Cancel ends an import. Rows that are in the books stay there: nothing is ever
// taken out of them.
func (d *Desk) Cancel(ctx context.Context, actor db.Actor, c id.ID) error {
	return d.Flows.DB.Update(ctx, id.Tilde, actor, func(tx *db.Tx) error {
		if _, err := d.find(ctx, tx, c); err != nil {
			return err
		}
		_, err := d.Flows.Chores.Reach(ctx, tx, c, chore.Cancelled, "")
		return err
	})
}

func (d *Desk) find(ctx context.Context, r db.Reader, c id.ID) (*chore.Chore, error) {
	found, err := d.Flows.Chores.ByID(ctx, r, c)
	if err == nil && found.Kind != chore.Import {
		err = chore.ErrNotFound
	}
	return found, err
}

// may is which communities' rows an import may take.
func may(c *chore.Chore) func(at id.ID) bool {
	var u upload
	if json.Unmarshal([]byte(c.Detail), &u) != nil {
		return func(id.ID) bool { return false }
	}
	return func(at id.ID) bool { return len(u.Within) == 0 || slices.Contains(u.Within, at) }
}

// open opens the file of an import.
func (d *Desk) open(c *chore.Chore) (*os.File, *Table, error) {
	var u upload
	if err := json.Unmarshal([]byte(c.Detail), &u); err != nil {
		return nil, nil, err
	}
	f, err := os.Open(filepath.Join(d.Dir, filepath.Base(u.File)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, ErrFileGone
	}
	if err != nil {
		return nil, nil, err
	}
	t, err := Open(c.Title, f, d.Limit, d.Zone)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, t, nil
}

// keptFor is how long a file is kept once its import has ended.
const keptFor = 30 * 24 * time.Hour

// Tidy removes the files of imports that ended long ago, and of uploads that
// broke off before they became an import.
func (d *Desk) Tidy(ctx context.Context) (err error) {
	entries, err := os.ReadDir(d.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	// Looked at before the chores are: a file that becomes one's meanwhile is spared.
	idle := make(map[string]bool)
	for _, e := range entries {
		_, arrives := d.arriving.Load(e.Name())
		idle[e.Name()] = !arrives
	}
	var all []*chore.Chore
	if err := d.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
		all, err = d.Flows.Chores.List(ctx, r, chore.Import, 10_000)
		return err
	}); err != nil {
		return err
	}
	now, wanted := d.Flows.DB.Clock().Now(), make(map[string]bool)
	for _, c := range all {
		var u upload
		if end := c.Ended(); json.Unmarshal([]byte(c.Detail), &u) == nil && (end == nil || now.Sub(end.At) < keptFor) {
			wanted[u.File] = true
		}
	}
	for _, e := range entries {
		if wanted[e.Name()] || !idle[e.Name()] {
			continue
		}
		err = errors.Join(err, os.Remove(filepath.Join(d.Dir, e.Name())))
	}
	return err
}
