package importing_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"gongyi/internal/flow/importing"
	"gongyi/internal/kernel/fault"
	"gongyi/internal/kernel/id"
	"gongyi/internal/module/chore"
	"gongyi/internal/module/community"
	"gongyi/internal/module/household"
	"gongyi/internal/module/notice"
	"gongyi/internal/platform/db"
	"gongyi/internal/platform/sheet"
)

var ctx = context.Background()

// A file is looked at, confirmed, taken; what was not taken comes back as a file
// that can be put right and handed in again.
func TestAFileThroughTheDesk(t *testing.T) {
	atDesk(t, func(o *office) {
		c := o.receive("member_ref,community_ref,age_band\nm1,C1,30-39\nm2,C9,\nm3,C2,\n,C1,=cmd|x\n")
		if err := o.Confirm(ctx, o.who, c.ID); !errors.Is(err, importing.ErrNotChecked) {
			t.Fatal("confirmed before anybody looked:", err)
		}
		o.work(9)
		seen, counts := o.see(c)
		if seen.At(chore.Checked) == nil || counts.Added != 2 || counts.Rejected != 2 || counts.Rows != 4 {
			t.Fatalf("the look says %+v, %+v", counts, seen.Stages)
		}
		if n := o.members("C1"); n != 0 {
			t.Fatalf("a look has let %d members in", n)
		}
		o.must(o.Confirm(ctx, o.who, c.ID))
		o.work(9)
		seen, counts = o.see(c)
		if seen.At(chore.Finished) == nil || counts.Added != 2 || counts.Rejected != 2 || counts.Known != 0 {
			t.Fatalf("the run says %+v, %+v", counts, seen.Stages)
		}
		if len(o.heard) != 1 || o.heard[0].Kind != notice.ImportFinished || o.heard[0].Person != o.who.ID || o.heard[0].Args[1] != notice.Count(2) || o.heard[0].Args[2] != notice.Count(2) {
			t.Errorf("who handed it in is told %+v", o.heard)
		}
		if o.members("C1") != 1 || o.members("C2") != 1 {
			t.Fatal("members are not where they belong")
		}
		if _, err := o.Flows.Communities.ByRef(ctx, o.Flows.DB, "C9"); err == nil {
			t.Error("a slip of the pen has founded a community")
		}
		back := o.mended(c, importing.RunPart)
		if !strings.Contains(back, "m2,C9") || !strings.Contains(back, "'=cmd|x") || strings.Contains(back, "m1") {
			t.Errorf("what comes back:\n%s", back)
		}
		again := o.receive(strings.Replace(back, "m2,C9", "m2,C1", 1))
		o.work(9)
		o.must(o.Confirm(ctx, o.who, again.ID))
		o.work(9)
		if _, counts := o.see(again); counts.Added != 1 || counts.Rejected != 1 {
			t.Errorf("the mended file: %+v", counts)
		}
	})
}

// manyMembers are more than one piece of work takes.
func manyMembers(n int) string {
	var b strings.Builder
	b.WriteString("member_ref,community_ref\n")
	for i := range n {
		fmt.Fprintf(&b, "m%d,C%d\n", i, i%2+1)
	}
	return b.String()
}

// Whoever dies in the middle is followed by somebody who goes on, and if both are
// alive the counts and the books are right all the same.
func TestTheWorkGoesOnWhereItStopped(t *testing.T) {
	atDesk(t, func(o *office) {
		c := o.receive(manyMembers(5000))
		o.work(1)
		o.must(o.Confirm(ctx, o.who, c.ID))
		o.work(1)
		if seen, counts := o.see(c); seen.Ended() != nil || counts.Added != 2048 || seen.Progress.Position != 2049 {
			t.Fatalf("after one piece of work: %+v, %+v", counts, seen.Progress)
		}
		var notes []db.Note
		o.must(o.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			notes, err = db.Waiting(ctx, r, id.Tilde, 1)
			return err
		}))
		var all sync.WaitGroup
		for range 3 { // the same note for several at once
			all.Go(func() {
				if err := o.Work(ctx, id.Tilde, notes[0].Payload); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		o.work(50)
		seen, counts := o.see(c)
		if seen.At(chore.Finished) == nil || counts.Added+counts.Known != 5000 || counts.Rejected != 0 {
			t.Fatalf("in the end: %+v, %+v", counts, seen.Stages)
		}
		if n := o.members("C1") + o.members("C2"); n != 5000 {
			t.Errorf("%d members moved in", n)
		}
	})
}

func TestTwoConfirmAndOneCancels(t *testing.T) {
	atDesk(t, func(o *office) {
		c := o.receive(manyMembers(5000))
		o.work(1)
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() { errs[i] = o.Confirm(ctx, o.who, c.ID) })
		}
		all.Wait()
		confirmed := 0
		for _, err := range errs {
			if err == nil {
				confirmed++
			} else if !errors.Is(err, chore.ErrReached) {
				t.Error("refused with", err)
			}
		}
		if confirmed != 1 {
			t.Fatalf("%d of 8 have confirmed", confirmed)
		}
		o.work(1)
		o.must(o.Cancel(ctx, o.who, c.ID))
		o.work(50)
		if seen, counts := o.see(c); seen.At(chore.Finished) != nil || counts.Added != 2048 {
			t.Errorf("after the cancel: %+v, %+v", counts, seen.Stages)
		}
		if err := o.Cancel(ctx, o.who, c.ID); !errors.Is(err, chore.ErrReached) {
			t.Error("cancelled again:", err)
		}
	})
}

// Two imports of the same people at once: each is in the books once.
func TestTwoImportsAtOnce(t *testing.T) {
	atDesk(t, func(o *office) {
		a, b := o.receive(manyMembers(600)), o.receive(manyMembers(600))
		o.work(2)
		o.must(o.Confirm(ctx, o.who, a.ID))
		o.must(o.Confirm(ctx, o.who, b.ID))
		var notes []db.Note
		o.must(o.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) (err error) {
			notes, err = db.Waiting(ctx, r, id.Tilde, 9)
			return err
		}))
		var all sync.WaitGroup
		for _, n := range notes {
			all.Go(func() { o.do(n) })
		}
		all.Wait()
		_, x := o.see(a)
		_, y := o.see(b)
		if x.Added+y.Added != 600 || x.Known+y.Known != 600 || o.members("C1")+o.members("C2") != 600 {
			t.Errorf("one counts %+v, the other %+v", x, y)
		}
	})
}

// bomb is a workbook whose sheet unpacks to more than it may.
func bomb(t *testing.T, bytes int) string {
	var b strings.Builder
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, strings.Repeat(" ", bytes)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// brokenOff is an upload whose sender goes away.
type brokenOff struct{ left io.Reader }

func (b brokenOff) Read(p []byte) (int, error) {
	n, err := b.left.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// What is hostile, wrong or broken off is refused and leaves nothing behind.
func TestTheDeskKeepsNothingOfWhatItRefuses(t *testing.T) {
	atDesk(t, func(o *office) {
		o.Limit.File, o.Limit.Unpack = 1<<16, 1<<20
		for name, c := range map[string]struct {
			src  io.Reader
			want error
		}{
			"too large":  {strings.NewReader("member_ref,community_ref\n" + strings.Repeat("x", 1<<17)), importing.ErrUploadLong},
			"empty":      {strings.NewReader(""), importing.ErrNoUpload},
			"no table":   {strings.NewReader("%PDF-1.7"), sheet.ErrNotTable},
			"other data": {strings.NewReader("a,b\n1,2\n"), importing.ErrUnknownTable},
			"program":    {bytes.NewReader([]byte("\x7fELF\x02\x01\x01\x00\x00\x00")), nil},
			"bomb":       {strings.NewReader(bomb(t, 8<<20)), nil},
			"broken off": {brokenOff{strings.NewReader("member_ref,community_ref\nm1,C1\n")}, io.ErrUnexpectedEOF},
		} {
			_, err := o.Receive(ctx, o.who, "../../etc/passwd", nil, c.src)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || c.want == nil && fault.Of(err) == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if left, _ := os.ReadDir(o.Dir); len(left) > 0 {
			t.Errorf("%d files are left", len(left))
		}
		o.must(o.Flows.DB.View(ctx, id.Tilde, func(r db.Reader) error {
			all, err := o.Flows.Chores.List(ctx, r, chore.Import, 9)
			if len(all) > 0 {
				t.Errorf("%d imports are recorded", len(all))
			}
			return err
		}))
	})
}

// The name of a file is only shown; where it lies is the desk's own choice. A file
// that is gone fails the import instead of failing for ever.
func TestAFileThatIsGone(t *testing.T) {
	atDesk(t, func(o *office) {
		c, err := o.Receive(ctx, o.who, "C:\\x/../../a\u202eb\n.csv", nil, strings.NewReader(manyMembers(2)))
		o.must(err)
		if c.Title != "ab.csv" {
			t.Errorf("it is called %q", c.Title)
		}
		left, err := os.ReadDir(o.Dir)
		o.must(err)
		o.must(os.Remove(o.Dir + "/" + left[0].Name()))
		o.work(9)
		if seen, _ := o.see(c); seen.At(chore.Failed) == nil || seen.At(chore.Failed).Detail != importing.ErrFileGone.Code {
			t.Errorf("stages: %+v", seen.Stages)
		}
		if n := len(o.heard); n == 0 || o.heard[n-1].Kind != notice.ImportFailed || o.heard[n-1].Cause != "chore/"+c.ID.String() {
			t.Errorf("who handed it in is told %+v", o.heard)
		}
	})
}

func TestOldFilesAreTidiedAway(t *testing.T) {
	atDesk(t, func(o *office) {
		c, kept := o.receive(manyMembers(2)), o.receive(manyMembers(3))
		o.must(os.WriteFile(o.Dir+"/upload-orphan", []byte("x"), 0o600))
		o.must(o.Cancel(ctx, o.who, c.ID))
		count := func() int {
			left, err := os.ReadDir(o.Dir)
			o.must(err)
			return len(left)
		}
		o.must(o.Tidy(ctx))
		if n := count(); n != 2 {
			t.Fatalf("%d files after the first round", n)
		}
		o.env.Clock.Advance(31 * 24 * time.Hour)
		o.must(o.Tidy(ctx))
		if n := count(); n != 1 {
			t.Fatalf("%d files after a month", n)
		}
		o.work(9)
		if seen, _ := o.see(kept); seen.At(chore.Checked) == nil {
			t.Errorf("the file of an import that goes on is gone: %+v", seen.Stages)
		}
	})
}

// Who looks after one community cannot slip rows of another one in.
func TestRowsOfOtherCommunitiesAreNotTaken(t *testing.T) {
	atDesk(t, func(o *office) {
		mine, err := o.Flows.Communities.ByRef(ctx, o.Flows.DB, "C1")
		o.must(err)
		theirs, err := o.Flows.Communities.ByRef(ctx, o.Flows.DB, "C2")
		o.must(err)
		for _, r := range o.Flows.AddPlaces(ctx, o.who, []community.Place{{Parent: theirs.ID, Kind: community.Grid, Ref: "G9", Name: "九"}}) {
			o.must(r.Err)
		}
		grid, err := o.Flows.Communities.ByRef(ctx, o.Flows.DB, "G9")
		o.must(err)
		for _, r := range o.Flows.AddHouseholds(ctx, o.who, []household.Household{{Place: grid.ID, Ref: "901", Door: "901"}}) {
			o.must(r.Err)
		}
		for _, text := range []string{
			"member_ref,community_ref\nm1,C1\nm2,C2\n", "merchant_ref,community_ref,industry\ns1,C1,food\ns2,C2,food\n",
			"place_ref,place_kind,place_name,parent_ref\nG1,grid,一,C1\nG2,grid,二,C2\n",
			"household_ref,community_ref,place_ref,door\n101,C1,G1,101\n201,C2,G9,201\n",
			"household_ref,community_ref,person_name\n101,C1,王\n901,C2,李\n",
		} {
			c, err := o.Receive(ctx, o.who, "t.csv", []id.ID{mine.ID}, strings.NewReader(text))
			o.must(err)
			o.work(9)
			if _, counts := o.see(c); counts.Added != 1 || counts.Rejected != 1 {
				t.Errorf("the look says %+v", counts)
			}
			o.must(o.Confirm(ctx, o.who, c.ID))
			o.work(9)
			if _, counts := o.see(c); counts.Added != 1 || counts.Rejected != 1 || o.members("C2") != 0 {
				t.Errorf("the run says %+v", counts)
			}
		}
	})
}
