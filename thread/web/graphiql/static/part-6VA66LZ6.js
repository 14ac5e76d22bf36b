import{a}from"./part-7DKDVV2M.js";import"./part-ZB7YTQVJ.js";import"./part-EE5YQO43.js";export default a();
