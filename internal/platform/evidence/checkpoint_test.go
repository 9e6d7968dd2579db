package evidence

import (
	"errors"
	"testing"
)

func TestCheckConsistency(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	tree := treeOf(t, 0, nil)
	verifier := resumed(t, a, tree)
	notes := make(map[int64][]byte)
	for _, size := range []int64{0, 7, 300} {
		grow(tree, size, 300)
		_, root := tree.Head()
		c, err := a.Checkpoint(t.Context(), Publication, origin, size, root)
		if err != nil {
			t.Fatal(err)
		}
		notes[size] = c.Note
	}
	proof, err := tree.ProveTree(t.Context(), 7, 300)
	if err != nil {
		t.Fatal(err)
	}
	k, err := a.keys.read(origin)
	if err != nil {
		t.Fatal(err)
	}
	twin, err := k.sign(Checkpoint{Origin: origin.String(), Size: 300, Root: Hash{1}})
	if err != nil {
		t.Fatal(err)
	}
	wrong := append([]Hash(nil), proof...)
	wrong[0][0] ^= 1
	for name, c := range map[string]struct {
		older, newer []byte
		proof        []Hash
		want         error
	}{
		"grown":           {notes[7], notes[300], proof, nil},
		"the same":        {notes[300], notes[300], nil, nil},
		"from nothing":    {notes[0], notes[7], nil, nil},
		"shrunk":          {notes[300], notes[7], proof, ErrShrunk},
		"a wrong proof":   {notes[7], notes[300], wrong, ErrProofWrong},
		"no proof":        {notes[7], notes[300], nil, ErrProofWrong},
		"grown elsewhere": {notes[7], twin.Note, proof, ErrProofWrong},
		"two trees":       {notes[300], twin.Note, nil, ErrSplitView},
		"no signature":    {[]byte("x\n1\n"), notes[300], proof, ErrCheckpointMalformed},
	} {
		if err := CheckConsistency(c.older, c.newer, c.proof, verifier); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
