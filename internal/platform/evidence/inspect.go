package evidence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"gongyi/internal/kernel/fault"
)

// ErrPublishedForeign refuses a directory whose checkpoint another key signed.
var ErrPublishedForeign = fault.New(fault.Conflict, "evidence.published_foreign")

// published is what a log's directory holds.
type published struct {
	checkpoint Checkpoint // zero if there is none
	integrated int64      // leaves in the tiles, perhaps more than published
	damage     error      // why it cannot be continued and must be built again
}

// inspect looks whether the tiles in dir can be continued. It reads what the
// next leaf would build on: the checkpoint, Tessera's state and the incomplete
// tiles; CheckTiles reads everything.
//
// Files that are missing or broken are damage, which the database mends. An
// intact checkpoint that the database contradicts is no damage but evidence: it
// is refused with ErrPublishedAhead, ErrPublishedDiffers or ErrPublishedForeign.
func inspect(ctx context.Context, dir, verifier string, tree *Tree) (p published, err error) {
	defer fault.Wrap(&err, "evidence: inspect %s", dir)
	signed, err := os.ReadFile(filepath.Join(dir, checkpointFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return p, err
	default:
		if p.checkpoint, err = readCheckpoint(signed); err != nil {
			return published{damage: ErrTileWrong.With("file", checkpointFile)}, nil
		}
		if _, err := OpenCheckpoint(signed, verifier); err != nil {
			return p, errors.Join(ErrPublishedForeign.With("directory", dir), err)
		}
		if err := checkPublished(ctx, p.checkpoint, tree); err != nil {
			return p, err
		}
	}
	if p.integrated, err = integratedSize(dir); err != nil {
		if !empty(dir) {
			p.damage = ErrTileMissing.With("file", ".state/treeState")
		}
		return p, nil
	}
	// More leaves than the database has, but none of them under a signature: the
	// database lost its last commits. Nobody was promised those leaves.
	if p.integrated < p.checkpoint.Size || p.integrated > tree.Size() {
		p.damage = ErrTileWrong.With("file", ".state/treeState")
		return p, nil
	}
	p.damage, err = checkEdge(ctx, dir, tree, p.integrated)
	return p, err
}

// checkEdge compares the incomplete tiles of a size, on which further leaves
// are built.
func checkEdge(ctx context.Context, dir string, tree *Tree, size int64) (damage, err error) {
	for _, id := range edgeOf(size) {
		want, err := tree.content(ctx, id)
		if err != nil {
			return nil, err
		}
		err = compare(dir, id, want)
		if fault.Of(err) != nil {
			return err, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// empty says whether a directory holds nothing, or is not there.
func empty(dir string) bool {
	names, err := os.ReadDir(dir)
	return errors.Is(err, fs.ErrNotExist) || err == nil && len(names) == 0
}

// setAside moves a damaged directory out of the way, where it can be looked at;
// the one that stood there before is given up.
func setAside(dir string) (string, error) {
	aside := dir + ".damaged"
	if err := os.RemoveAll(aside); err != nil {
		return "", err
	}
	return aside, os.Rename(dir, aside)
}
