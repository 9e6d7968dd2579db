package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the program too: under the name gongyi it is
// found in the PATH by scripts and by tests that start, kill and starve it.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"gongyi": main}) }
