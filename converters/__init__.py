"""
Documents to fax pages; knows no mail, no queue, no telephone.

Pure: no I/O, no clock, no randomness.

The parts, from outside to inside:

* `workshop` -- what the gateway uses: bytes in, TIFF-F out; holds the others together
* `office` -- one LibreOffice kept warm; `office_launcher` is its other end
* `sandbox` -- walls round everything that touches a document's bytes; `fences` where
  walls are not allowed
* `worker` -- the short-lived child that recognises a document and draws its pages;
  `desk` is where it meets one, `zygote` the warm process it is forked from, `room` what
  keeps it from other documents
* `formats`, `sniff`, `ole` -- which formats there are, and which one this is
* `pdf`, `image`, `program`, `flash`, `letter`, `written`, `bundle` -- a family of formats each,
  see `contract.Family`; `text`, `table`, `hypertext` set what is written
* `sheet`, `raster` -- where a page goes on paper, and how it is printed
* `binarise`, `tiles`, `ground`, `cells`, `regions`, `fills`, `screen` -- from grey to black
  and white
* `cover`, `marking`, `fields`, `place`, `overlay` -- a cover page set once, and what is
  drawn on shared pages for each recipient
* `tiff_f`, `t6`, `fax_file` -- the files: one document's pages, their coding, and what is
  really sent

A new format is one row in `formats.FORMATS`, and, if no family opens it yet, one file:
a module with an `open_document`.
"""
