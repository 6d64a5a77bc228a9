package cakemail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

func checkObject(body []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return errors.New("the answer is not a JSON object")
	}
	return checkDuplicateKeys(body)
}

// checkDuplicateKeys refuses objects that name a key twice: which of both
// counts differs from reader to reader, and an id must not depend on that.
func checkDuplicateKeys(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := checkValue(decoder, deepestNesting); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the answer holds more than one JSON value")
	}
	return nil
}

// deepestNesting bounds the recursion, and with it the memory, that an answer can cause.
const deepestNesting = 100

func checkValue(decoder *json.Decoder, depth int) error {
	if depth == 0 {
		return errors.New("the answer is nested too deeply")
	}
	token, err := decoder.Token()
	if err != nil {
		return describeJSON(err)
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	keys := map[string]bool{}
	for decoder.More() {
		if delimiter == '{' {
			key, err := decoder.Token()
			if err != nil {
				return describeJSON(err)
			}
			// Upper case first, since encoding/json takes "ſ" for "s" as well.
			name := strings.ToLower(strings.ToUpper(fmt.Sprint(key)))
			if keys[name] {
				return errors.New("the answer names a key twice")
			}
			keys[name] = true
		}
		if err := checkValue(decoder, depth-1); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return describeJSON(err)
	}
	return nil
}

// describeJSON names the place of a JSON error without quoting the answer,
// which may hold a secret.
func describeJSON(err error) error {
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		// The name of the embedded struct is none of JSON's.
		wrongType.Field = strings.Replace(wrongType.Field, "Settings.", "", 1)
		found := "of the type " + strings.SplitN(wrongType.Value, " ", 2)[0]
		if wrongType.Field == "" {
			return errors.New("the answer is a value " + found + " where webhooks belong")
		}
		return fmt.Errorf("the answer has a value %s where %q needs another type", found, wrongType.Field)
	}
	if errors.Is(err, errWrongID) {
		return err
	}
	return errors.New("the answer is not complete JSON")
}
