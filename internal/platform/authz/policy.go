package authz

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cedar-policy/cedar-go"
	expast "github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"gongyi/internal/kernel/fault"
)

// Policy is one article of a policy file: who may (or must not) do what, with the
// comment that says so in plain words.
type Policy struct {
	File    string // "person.cedar"
	Line    int    // where it begins in the file
	Forbids bool
	Actions []Action     // those of a group one by one; empty: it forbids, whatever is asked
	English string       // the comment above it
	Chinese string       // its lines after "中文："
	Text    string       // without the comment
	Refusal *fault.Fault // what a person is told whom it stops; nil: ErrDenied

	whole bool // it names no action
	cedar *cedar.Policy
}

// ID names the policy in logs and tests: "person.cedar:7".
func (p *Policy) ID() string { return fmt.Sprintf("%s:%d", p.File, p.Line) }

// parse reads the policies of one file.
func parse(name string, text []byte) ([]*Policy, error) {
	list, err := cedar.NewPolicyListFromBytes(name, text)
	if err != nil {
		return nil, fmt.Errorf("authz: %s: %w", name, err)
	}
	lines := strings.Split(string(text), "\n")
	all := make([]*Policy, len(list))
	for i, c := range list {
		at := c.Position()
		p := &Policy{File: name, Line: at.Line, Forbids: c.Effect() == cedar.Forbid, cedar: c}
		if p.Actions, err = actionsOf(c); err != nil {
			return nil, fmt.Errorf("authz: %s: %w", p.ID(), err)
		}
		if p.whole = len(p.Actions) == 0; p.whole && !p.Forbids {
			return nil, fmt.Errorf("authz: %s permits whatever is asked: name its actions", p.ID())
		}
		end := len(text)
		if i+1 < len(list) {
			end = list[i+1].Position().Offset
		}
		p.Text = uncommented(string(text[at.Offset:end]))
		p.English, p.Chinese = comment(lines[:at.Line-1])
		if code, ok := c.Annotations()["refusal"]; ok {
			p.Refusal = &fault.Fault{Kind: fault.Forbidden, Code: string(code)}
		}
		all[i] = p
	}
	return all, nil
}

// comment is what the lines directly above a policy say in each language.
func comment(above []string) (english, chinese string) {
	from := len(above)
	for from > 0 && strings.HasPrefix(above[from-1], "//") {
		from--
	}
	var words [2][]string
	at := 0
	for _, line := range above[from:] {
		line = strings.TrimSpace(strings.TrimPrefix(line, "//"))
		if rest, ok := strings.CutPrefix(line, "中文："); ok {
			at, line = 1, rest
		}
		words[at] = append(words[at], line)
	}
	return strings.Join(words[0], " "), strings.Join(words[1], "")
}

// uncommented is a policy's text without the comments that follow it.
func uncommented(text string) string {
	lines := strings.Split(text, "\n")
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), "//") })
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// actionsOf are the actions that a policy's head names.
func actionsOf(p *cedar.Policy) ([]Action, error) {
	text, err := p.MarshalJSON()
	if err != nil {
		return nil, err
	}
	type entity struct{ Type, ID string }
	var head struct {
		Action struct {
			Op       string
			Entity   entity
			Entities []entity
		}
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	named := head.Action.Entities
	if head.Action.Entity.ID != "" {
		named = append(named, head.Action.Entity)
	}
	actions := make([]Action, len(named))
	for i, n := range named {
		actions[i] = Action(n.ID)
	}
	return actions, nil
}

// entities and action are all that a policy may look at, as Cedar's schema. Every
// field is always there, so that no policy can fail on a missing one.
const entities = `entity Person;
entity Key;
entity Thing;
`

const action = `action %q in [%q] appliesTo {
  principal: [Person, Key],
  resource: Thing,
  context: {
    signed_in: Bool,       // a person who signed in
    own: Bool,             // it is hers, or that of whom she helps
    roles: Set<String>,    // what she holds where the thing is
    scopes: Set<String>,   // what whom she helps agreed to
    strong: Bool,          // she signed in with a passkey
    passkeys: Bool,        // this installation asks its staff for passkeys
    assisting: Bool,       // she helps somebody in an assisted session
    changes: Bool,         // the action changes something
  }
};
`

// group is the action that stands for all of a noun's: "appoint.*".
func (a Action) group() Action {
	noun, _, _ := strings.Cut(string(a), ".")
	return Action(noun + ".*")
}

// known are the actions that policies name one by one.
func known(all []*Policy) []Action {
	names := make(map[Action]bool)
	for _, p := range all {
		for _, a := range p.Actions {
			if a != a.group() {
				names[a] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// spread puts every known action of a group into its place.
func spread(all []*Policy) {
	names := known(all)
	for _, p := range all {
		var spread []Action
		for _, a := range p.Actions {
			if a != a.group() {
				spread = append(spread, a)
				continue
			}
			for _, n := range names {
				if n.group() == a {
					spread = append(spread, n)
				}
			}
		}
		p.Actions = slices.Compact(spread)
	}
}

// validated complains about policies that look at what is not there.
func validated(all []*Policy) error {
	var groups, text strings.Builder
	declared := make(map[Action]bool)
	for _, a := range known(all) {
		if g := a.group(); !declared[g] {
			declared[g] = true
			fmt.Fprintf(&groups, "action %q;\n", g)
		}
		fmt.Fprintf(&text, action, a, a.group())
	}
	var s schema.Schema
	if err := s.UnmarshalCedar([]byte(entities + groups.String() + text.String())); err != nil {
		return fmt.Errorf("authz: schema: %w", err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		return fmt.Errorf("authz: schema: %w", err)
	}
	v := validate.New(resolved)
	var errs []error
	for _, p := range all {
		if err := v.Policy(p.ID(), (*expast.Policy)(p.cedar.AST())); err != nil {
			errs = append(errs, fmt.Errorf("authz: %s: %w", p.ID(), err))
		}
	}
	return errors.Join(errs...)
}

// sound holds the hashes of policies that were found valid: an instance opened again,
// as every test does, need not be told twice.
var sound sync.Map

// load reads every *.cedar file of a folder, in the order of their names.
func load(files fs.FS) (all []*Policy, err error) {
	names, err := fs.Glob(files, "*.cedar")
	if err != nil {
		return nil, err
	}
	texts := sha256.New()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list, err := parse(name, text)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(texts, "%s %d\n%s", name, len(text), text)
		all = append(all, list...)
	}
	sum := [sha256.Size]byte(texts.Sum(nil))
	if _, known := sound.Load(sum); !known {
		if err := validated(all); err != nil {
			return nil, err
		}
		sound.Store(sum, true)
	}
	spread(all)
	return all, nil
}
