package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestCheckTilesNamesTheWrongFile(t *testing.T) {
	t.Parallel()
	const size = 65_536 + 300
	var all house
	all.open(t, treeOf(t, size, nil))
	all.published(size)
	all.close()
	// A partial tile of an earlier size that was not yet tidied away.
	full, err := os.ReadFile(filepath.Join(all.log(), "tile/0/000"))
	if err := errors.Join(err, os.MkdirAll(filepath.Join(all.log(), "tile/0/000.p"), 0o755),
		os.WriteFile(filepath.Join(all.log(), "tile/0/000.p/100"), full[:100*32], 0o644)); err != nil {
		t.Fatal(err)
	}
	all.intact(size)
	for _, c := range []struct {
		file string
		how  func([]byte) []byte
		want error
	}{
		{"checkpoint", flip, ErrTileWrong},
		{"checkpoint", remove, ErrTileMissing},
		{"tile/entries/000", flip, ErrTileWrong},
		{"tile/entries/255", remove, ErrTileMissing},
		{"tile/entries/257.p/44", flip, ErrTileWrong},
		{"tile/0/100", flip, ErrTileWrong},
		{"tile/0/101", empty0, ErrTileWrong},
		{"tile/0/257.p/44", remove, ErrTileMissing},
		{"tile/1/000", flip, ErrTileWrong},
		{"tile/1/001.p/1", flip, ErrTileWrong},
		{"tile/2/000.p/1", func(b []byte) []byte { return append(b, 0) }, ErrTileWrong},
		{"tile/0/000.p/100", flip, ErrTileWrong},
	} {
		t.Run(c.file, func(t *testing.T) {
			defer all.edit(c.file, c.how)()
			var got any
			_, err := all.check()
			for _, e := range unjoin(err) {
				if errors.Is(e, c.want) {
					got = e.Details["file"]
				}
			}
			if got != c.file {
				t.Errorf("refused with %v", err)
			}
		})
	}
	t.Run("a changed row", func(t *testing.T) {
		h := all
		h.tree = treeOf(t, size, nil)
		h.tree.source.(*rows).changed = map[int64]Leaf{40_000: leafAt(7)}
		if _, err := h.check(); !errors.Is(err, ErrLeavesDamaged) {
			t.Errorf("refused with %v", err)
		}
	})
	t.Run("a smaller database", func(t *testing.T) {
		h := all
		h.tree = treeOf(t, size-1, nil)
		if _, err := h.check(); !errors.Is(err, ErrPublishedAhead) {
			t.Errorf("refused with %v", err)
		}
	})
}
